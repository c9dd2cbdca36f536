import { describe, expect, it } from '@jest/globals';
import { PNG } from 'pngjs';
import { inspectPicture } from '../../src/conformance/pictures/inspect-picture.ts';
import { makePng } from '../../src/conformance/pictures/make-png.ts';
import { aGif, aJpeg, aPng, aWebp } from '../support/pictures.ts';

describe('the sample pictures of the kit', () => {
  it('the sample pictures of the kit are PNGs that an independent decoder reads', () => {
    const png = PNG.sync.read(makePng({ width: 40, height: 30, colour: 'rgba', texture: 'noise' }));
    expect([png.width, png.height]).toEqual([40, 30]);
    expect([png.data[3], png.data[39 * 4 + 3]]).toEqual([255, 0]);
  });

  it('the sample pictures of the kit are the same for the same options and differ for another seed', () => {
    const options = { width: 20, height: 20, texture: 'noise' } as const;
    expect(makePng(options)).toEqual(makePng(options));
    expect(makePng({ ...options, seed: 2 })).not.toEqual(makePng(options));
  });

  it('the sample pictures of the kit are large where they are noisy', () => {
    expect(makePng({ width: 200, height: 200, texture: 'noise' }).byteLength).toBeGreaterThan(50_000);
    expect(makePng({ width: 200, height: 200 }).byteLength).toBeLessThan(5_000);
  });
});

describe('inspecting a picture without decoding it', () => {
  it.each([
    ['jpeg', () => aJpeg({ width: 33, height: 21 })],
    ['png', () => aPng({ width: 33, height: 21 })],
    ['gif', () => aGif({ width: 33, height: 21 })],
    ['webp', () => aWebp({ width: 33, height: 21 })],
    ['webp', () => aWebp({ width: 33, height: 21, lossless: true })],
  ])('the inspection of a picture tells the size of a %s', async (format, make) => {
    expect(inspectPicture(await make())).toMatchObject({ format, width: 33, height: 21 });
  });

  it('the inspection of a picture finds the EXIF block with the position', async () => {
    expect(inspectPicture(await aJpeg({ gps: true })).metadata).toContain('exif');
    expect(inspectPicture(await aJpeg()).metadata).toEqual([]);
  });

  it('the inspection of a picture throws for no part that is cut off', async () => {
    for (const make of [aJpeg, aPng, aGif, aWebp]) {
      const bytes = await make();
      for (let length = 0; length < Math.min(bytes.byteLength, 300); length += 1) {
        expect(inspectPicture(bytes.subarray(0, length)).metadata).toEqual([]);
      }
    }
  });
});
