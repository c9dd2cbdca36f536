import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { DEMO_CLIENTS, type DemoClient } from '../contract/demo-clients.ts';
import { aGif, aGifOfManyFrames } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

/** Pictures that some dialects can show and others cannot: these have a rendition in the picture's own size, or with all its frames. */
const PICTURES: Readonly<Record<string, () => Buffer | Promise<Buffer>>> = {
  'a GIF of 202 frames': () =>
    Buffer.concat([aGifOfManyFrames({ side: 800, frames: 202 }), Buffer.alloc(40_000)]),
  'an AVIF of 14 megapixels': async () => {
    const flat = { create: { width: 4400, height: 3200, channels: 3 as const, background: '#dc1414' } };
    return Buffer.concat([await sharp(flat).avif({ effort: 0 }).toBuffer(), Buffer.alloc(40_000)]);
  },
  'a GIF of three frames': async () =>
    Buffer.concat([await aGif({ motif: 'photograph', frames: 3 }), Buffer.alloc(40_000)]),
};

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

/** Whether a dialect acknowledged the picture; then its own readers have to see it. */
async function uploadAndRead(client: DemoClient, picture: Buffer): Promise<boolean> {
  const answer = await client.upload(gateway.url, picture, 'picture');
  await answer.arrayBuffer();
  if (answer.status !== 200) return false;
  const shown = await fetch((await client.address(gateway.url)) ?? 'no address');
  expect({ dialect: client.dialect, status: shown.status }).toEqual({ dialect: client.dialect, status: 200 });
  return true;
}

describe('what a dialect acknowledges', () => {
  it.each(Object.entries(PICTURES))(
    'readers see what their dialect acknowledged, although another dialect took the same bytes before: %s',
    async (_name, build) => {
      const picture = await build();
      const takers: string[] = [];
      for (const first of DEMO_CLIENTS) {
        if (!(await uploadAndRead(first, picture))) continue;
        takers.push(first.dialect);
        for (const second of DEMO_CLIENTS) {
          await first.upload(gateway.url, picture, 'picture');
          await uploadAndRead(second, picture);
        }
      }
      expect(takers).not.toEqual([]);
    },
  );
});
