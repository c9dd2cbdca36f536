import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_CLIENTS, type DemoClient, fixture } from '../contract/demo-clients.ts';
import { aFlatPng, aGifBomb, aPngHeader, aScriptDressedAsGif, noPictures } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const camera = await fixture('camera.jpg');
const padding = Buffer.alloc(20_000, ' ');

/** By what they are; long enough that no lower limit of bytes speaks first. */
const BAD = {
  'half a photograph': camera.subarray(0, camera.byteLength >> 1),
  'a text': Buffer.concat([Buffer.from('no picture '), padding]),
  'a program': Buffer.concat([noPictures().program, padding]),
  'a script dressed as GIF': Buffer.concat([aScriptDressedAsGif(), padding]),
  'the header of a PNG of 30,000 × 30,000': Buffer.concat([aPngHeader(30_000, 30_000), padding]),
  'a PNG of 400 megapixels in a few kilobytes': aFlatPng({ width: 20_000, height: 20_000 }),
  'a GIF that unfolds to gigabytes': Buffer.concat([aGifBomb(), padding]),
  nothing: Buffer.alloc(0),
} as const;

let gateway: DemoGateway;

beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

const uploads = DEMO_CLIENTS.flatMap((client) =>
  Object.entries(BAD).map(([what, bytes]) => ({ client, what, bytes, dialect: client.dialect })),
);

describe('a bad picture', () => {
  it.each(uploads)(
    'a bad picture ($what) through $dialect leaves the old one',
    async ({ client, what, bytes }) => {
      expect((await client.upload(gateway.url, camera, 'good.jpg')).status).toBe(200);
      const before = await pictureOf(client);
      const answer = await client.upload(gateway.url, bytes, 'bad.jpg');
      expect([what, Math.floor(answer.status / 100), await answer.text()]).toEqual([
        what,
        4,
        expect.any(String),
      ]);
      expect(await pictureOf(client)).toBe(before);
      expect(await gateway.leftovers()).toEqual([]);
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    },
  );

  it('a bad picture is not an error of the gateway', async () => {
    expect(gateway.logLines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

async function pictureOf(client: DemoClient): Promise<string> {
  const answer = await fetch((await client.address(gateway.url)) ?? 'no address');
  expect(answer.status).toBe(200);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
