import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { inspectPicture } from '../../src/conformance/pictures/inspect-picture.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, fixture } from './demo-clients.ts';

/** What a reader of each dialect gets of a photograph of 3000 × 4000 (upright), or of a transparent PNG of 500 × 300. */
const READERS = {
  // The photograph knows where it was taken; what is downloaded does not.
  'capillary-v2': { camera: 'jpeg 3000 × 4000', logo: 'png 500 × 300' },
  'magicline-v1': { camera: 'jpeg 900 × 1200', logo: 'jpeg 500 × 300' },
  smartsheet: { camera: 'jpeg 1050 × 1050', logo: 'png 500 × 500' },
  timbu: { camera: 'jpeg 1536 × 2048', logo: 'png 500 × 300' },
} as const;

const PICTURES = { camera: await fixture('camera.jpg'), logo: await fixture('logo.png') };
const FILES = { camera: 'IMG_0001.jpg', logo: 'logo.png' };

let gateway: DemoGateway;

beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

const names = Object.keys(PICTURES) as (keyof typeof PICTURES)[];
const writes = DEMO_CLIENTS.flatMap((writer) =>
  names.map((name) => ({ writer, name, through: writer.dialect })),
);

describe.each(writes)('$name written through $through', ({ writer, name }) => {
  beforeAll(async () => {
    const answer = await writer.upload(gateway.url, PICTURES[name], FILES[name]);
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
  });

  it.each(DEMO_CLIENTS)(
    'a written picture is read through $dialect, in the shape of its API',
    async (reader) => {
      const bytes = await download(await reader.address(gateway.url));
      const expected = READERS[reader.dialect as keyof typeof READERS][name];
      const { format, width, height, metadata } = inspectPicture(bytes);
      expect(`${format} ${width} × ${height}`).toBe(expected);
      expect(metadata).toEqual([]);
      expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    },
  );

  it('a written picture is the same picture for every later reader', async () => {
    for (const reader of DEMO_CLIENTS) {
      const first = await download(await reader.address(gateway.url));
      const second = await download(await reader.address(gateway.url));
      expect(sha256(second)).toBe(sha256(first));
    }
  });
});

async function download(address: string | undefined): Promise<Buffer> {
  const answer = await fetch(address ?? 'no address');
  expect(answer.status).toBe(200);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.headers.get('content-length')).toBe(String(bytes.byteLength));
  return bytes;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
