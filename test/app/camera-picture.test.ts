import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import readExif from 'exif-reader';
import sharp from 'sharp';
import { inspectPicture } from '../../src/conformance/pictures/inspect-picture.ts';
import { DEMO_CLIENTS, fixture } from '../contract/demo-clients.ts';
import { readPixels } from '../imaging/read-pixels.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const [capillary, v1, smartsheet, timbu] = DEMO_CLIENTS;
if (!capillary || !v1 || !smartsheet || !timbu) throw new Error('four dialects are expected');

/** Shares of width and height. */
const PLACES = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.5, 0.4],
  [0.1, 0.9],
  [0.9, 0.9],
] as const;

let gateway: DemoGateway;
let camera: Buffer;

beforeAll(async () => {
  gateway = await startDemoGateway();
  camera = await fixture('camera.jpg');
});
afterAll(() => gateway.stop());

async function download(address: string | undefined): Promise<Buffer> {
  const answer = await fetch(address ?? 'no address');
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('a photograph of 12 megapixels, on its side, that knows where it was taken', () => {
  it('the sample photograph has the size, the orientation and the position that it claims', async () => {
    const { width, height, orientation, exif } = await sharp(camera).metadata();
    expect(width * height).toBe(12_000_000);
    expect(orientation).toBe(6);
    expect(exif && readExif(exif).GPSInfo).toHaveProperty('GPSLatitude');
  });

  it('a photograph of 12 megapixels uploaded through v1 is a JPEG of at most 1200 × 1200, upright, without any EXIF', async () => {
    const answer = await v1.upload(gateway.url, camera, 'IMG_0001.jpg');
    expect(answer.status).toBe(200);
    const { imageUrl } = (await answer.json()) as { imageUrl: string };
    const bytes = await download(imageUrl);
    expect(inspectPicture(bytes)).toEqual({ format: 'jpeg', width: 900, height: 1200, metadata: [] });
    const { orientation, exif } = await sharp(bytes).metadata();
    expect({ orientation, exif }).toEqual({ orientation: undefined, exif: undefined });

    // As stored, the picture lies on its left side: what is right of it is the top.
    const [stored, upright] = [readPixels(camera), readPixels(bytes)];
    for (const [x, y] of PLACES) {
      expect(difference(upright.at(x, y), stored.at(y, 1 - x))).toBeLessThan(25);
    }
    expect(
      Math.max(...PLACES.map(([x, y]) => difference(upright.at(x, y), stored.at(x, y)))),
    ).toBeGreaterThan(60);
  });

  it('a photograph of 12 megapixels read through Smartsheet is a padded square of 1050 × 1050', async () => {
    const bytes = await download(await smartsheet.address(gateway.url));
    expect(inspectPicture(bytes)).toMatchObject({ width: 1050, height: 1050, metadata: [] });
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
    ];
    // Upright it is 788 wide in a square of 1050: the sides are padding, the top is picture.
    expect(pixel(20, 525)).toEqual([255, 255, 255]);
    expect(pixel(1030, 525)).toEqual([255, 255, 255]);
    expect(pixel(525, 10)).not.toEqual([255, 255, 255]);
  });

  it('a photograph of 12 megapixels uploaded through Capillary answers the size of the bytes as they came', async () => {
    const answer = await capillary.upload(gateway.url, camera, 'IMG_0001.jpg');
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: { file: { fileSize: string } }[] };
    expect(data[0]?.file.fileSize).toBe(String(camera.byteLength));
  });

  it('a photograph of 12 megapixels uploaded through Timbu answers an absolute address that downloads', async () => {
    const answer = await timbu.upload(gateway.url, camera, 'IMG_0001.jpg');
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: { profile_image: string } };
    expect(data.profile_image).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    const bytes = await download(data.profile_image);
    expect(inspectPicture(bytes)).toMatchObject({ format: 'jpeg', width: 1536, height: 2048, metadata: [] });
  });
});

/** Mean difference of red, green and blue. */
function difference(one: readonly number[], other: readonly number[]): number {
  return [0, 1, 2].reduce((sum, at) => sum + Math.abs((one[at] ?? 0) - (other[at] ?? 0)), 0) / 3;
}
