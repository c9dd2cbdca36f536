import { describe, expect, it } from '@jest/globals';
import { PNG } from 'pngjs';
import { holdsLocation } from '../corpus/holds-location.ts';
import { aStoredPicture } from '../support/pictures.ts';
import { colourName, type Pixels, readPixels } from './read-pixels.ts';
import { RECIPES, recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();
const UPRIGHT = ['red', 'green', 'blue', 'yellow'];
const AS_PNG = recipe({ format: 'png' });

async function render(file: string, wanted = AS_PNG) {
  const { facts, renditions } = await imaging.process(aStoredPicture(file), [wanted]);
  const bytes = renditions[0]?.bytes ?? Buffer.alloc(0);
  return { facts, bytes, format: renditions[0]?.format, pixels: readPixels(bytes) };
}

function corners(pixels: Pixels): string[] {
  return ([0.1, 0.9] as const).flatMap((y) => [0.1, 0.9].map((x) => colourName(pixels.at(x, y))));
}

describe('a HEIC picture', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'a HEIC picture that says orientation %i both in its properties and in EXIF comes out upright',
    async (orientation) => {
      const { facts, pixels } = await render(`orientation-${orientation}.heic`);
      expect(facts).toEqual({ format: 'heic', width: 160, height: 120, frames: 1, transparent: false });
      expect(corners(pixels)).toEqual(UPRIGHT);
    },
  );

  it.each(['grid-display-p3.heic', 'grid-trailer.heic'])(
    'a HEIC picture of tiles is put together, cut to its size and turned: %s',
    async (file) => {
      const { facts, pixels } = await render(file);
      expect(facts).toMatchObject({ width: 160, height: 120 });
      expect(corners(pixels)).toEqual(UPRIGHT);
    },
  );

  it('a HEIC picture of a burst is its first picture', async () => {
    expect(corners((await render('burst.heic')).pixels)).toEqual(UPRIGHT);
  });

  it('a HEIC picture with 10 bits a channel is rendered with 8', async () => {
    expect(corners((await render('ten-bit.heic')).pixels)).toEqual(UPRIGHT);
  });

  it('a HEIC picture keeps its transparency as PNG', async () => {
    const { facts, format, pixels } = await render('alpha.heic', recipe());
    expect({ transparent: facts.transparent, format }).toEqual({ transparent: true, format: 'png' });
    expect([colourName(pixels.at(0.1, 0.1)), colourName(pixels.at(0.9, 0.1))]).toEqual([
      'red',
      'see-through',
    ]);
  });

  it('a HEIC picture becomes a JPEG where its own format is asked for and nothing is transparent', async () => {
    expect(await render('orientation-6.heic', recipe())).toMatchObject({ format: 'jpeg' });
  });

  it.each(['grid-display-p3.heic', 'primaries-12.heic'])(
    'a HEIC picture in Display P3 becomes the sRGB that looks the same: %s',
    async (file) => {
      const { pixels } = await render(file);
      // 220, 20, 20 and 20, 200, 20 of Display P3, clipped to sRGB, as littleCMS converts them.
      expectNear(pixels.at(0.1, 0.1), [240, 0, 0], 4);
      expectNear(pixels.at(0.9, 0.1), [0, 204, 0], 4);
    },
  );

  it('a HEIC picture that was converted from sRGB to Display P3 keeps its colours', async () => {
    expectNear((await render('display-p3.heic')).pixels.at(0.1, 0.1), [220, 20, 20], 4);
  });

  it('a HEIC picture of 12 megapixels looks as the reference decoder shows it, without EXIF, within the memory limit', async () => {
    const { facts, bytes } = await render(
      'twelve-megapixels.heic',
      recipe({ format: 'png', box: { width: 128, height: 128 } }),
    );
    expect(facts).toMatchObject({ width: 4032, height: 3024 });
    const ours = PNG.sync.read(bytes);
    const reference = PNG.sync.read(aStoredPicture('twelve-megapixels-by-heif-convert.png'));
    expect([ours.width, ours.height]).toEqual([reference.width, reference.height]);
    const furthest = reference.data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (ours.data[at] ?? 0))),
      0,
    );
    expect(furthest).toBeLessThanOrEqual(12);
    expect(holdsLocation(bytes)).toBe(false);
  });

  it('a HEIC picture that is cut anywhere is refused', async () => {
    const whole = aStoredPicture('gps.heic');
    for (let at = 40; at < whole.length; at += 41)
      expect({ at, verdict: await imaging.verdict(whole.subarray(0, at)) }).not.toMatchObject({
        verdict: 'accepted',
      });
  });
});

describe('a picture that ImageMagick decodes', () => {
  it.each([
    ['gps.jxl', 'jxl', 160, 120],
    ['boxes.jp2', 'jp2', 160, 120],
    ['codestream.j2k', 'jp2', 160, 120],
    ['layers.psd', 'psd', 40, 30],
  ])(
    'a picture that ImageMagick decodes has its colours in the right corners: %s',
    async (file, format, width, height) => {
      const { facts, bytes, pixels } = await render(file);
      expect(facts).toMatchObject({ format, width, height, transparent: false });
      expect(corners(pixels)).toEqual(UPRIGHT);
      expect(holdsLocation(bytes)).toBe(false);
    },
  );

  it('a picture that ImageMagick decodes keeps its transparency: JPEG XL, and an icon whose largest picture is taken', async () => {
    expect(await render('alpha.jxl')).toMatchObject({ facts: { transparent: true } });
    expect(await render('three-sizes.ico')).toMatchObject({
      facts: { width: 64, height: 48, transparent: true },
    });
  });

  it('a picture that ImageMagick decodes is turned upright: the raw picture of a camera', async () => {
    const { facts, pixels } = await render('orientation-6.dng');
    expect(facts).toMatchObject({ format: 'dng', width: 64, height: 96 });
    expectNear(pixels.at(0.1, 0.1), [47, 47, 255], 8);
    expectNear(pixels.at(0.9, 0.1), [255, 47, 47], 8);
    expectNear(pixels.at(0.1, 0.9), [255, 255, 47], 8);
  });

  it('a picture that ImageMagick decodes is refused where it is cut anywhere', async () => {
    for (const file of [
      'gps.jxl',
      'boxes.jp2',
      'codestream.j2k',
      'layers.psd',
      'orientation-6.dng',
      'three-sizes.ico',
    ]) {
      const whole = aStoredPicture(file);
      for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 0.98]) {
        const verdict = await imaging.verdict(whole.subarray(0, Math.floor(whole.length * share)));
        expect({ file, share, verdict }).not.toMatchObject({ verdict: 'accepted' });
      }
    }
  });
});

describe('every recipe', () => {
  it.each(Object.entries(RECIPES))('every recipe can be made of a HEIC: %s', async (_name, wanted) => {
    const { bytes } = await render('grid-trailer.heic', wanted);
    expect(holdsLocation(bytes)).toBe(false);
  });
});

function expectNear(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  const differences = wanted.map((value, channel) => Math.abs(value - (found[channel] ?? 0)));
  expect({ found, far: Math.max(...differences) > tolerance }).toEqual({ found, far: false });
}
