import { describe, expect, it } from '@jest/globals';
import { aJpeg, anAvif, aPng, aTiff, aWebp } from '../support/pictures.ts';
import { dialectRenditions } from './dialect-renditions.ts';
import { colourName, type Pixels, readPixels } from './read-pixels.ts';
import { RECIPES, recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const UPRIGHT = ['red', 'green', 'blue', 'yellow'];
const BUILDERS = { jpeg: aJpeg, png: aPng, tiff: aTiff, webp: aWebp, avif: anAvif };

/** Top left, top right, bottom left, bottom right of the part of the picture that is not padding. */
function corners(pixels: Pixels, aspect: number): string[] {
  const padding = pixels.width === pixels.height ? (1 - 1 / aspect) / 2 : 0;
  const near = (share: number) => padding + share * (1 - 2 * padding);
  const places = [
    [0.1, near(0.1)],
    [0.9, near(0.1)],
    [0.1, near(0.9)],
    [0.9, near(0.9)],
  ] as const;
  return places.map(([x, y]) => colourName(pixels.at(x, y)));
}

describe.each([...Object.entries(RECIPES), ...(await dialectRenditions())])('%s', (_name, wanted) => {
  it.each(ORIENTATIONS)(
    'a rendition has the right colours in the right corners for orientation %i',
    async (orientation) => {
      for (const build of [aJpeg, aPng]) {
        const picture = await build({ orientation, gps: true, width: 160, height: 120 });
        const { facts, renditions } = await imaging.process(picture, [wanted]);
        expect(facts).toMatchObject({ width: 160, height: 120 });
        const [rendition] = renditions;
        const pixels = readPixels(rendition?.bytes ?? Buffer.alloc(0));
        expect(corners(pixels, 160 / 120)).toEqual(UPRIGHT);
        expect(rendition).toMatchObject({ width: pixels.width, height: pixels.height });
      }
    },
  );
});

describe('upright pictures', () => {
  it.each(Object.keys(BUILDERS) as (keyof typeof BUILDERS)[])(
    'upright pictures come of every format that can lie on its side: %s',
    async (format) => {
      for (const orientation of [1, 3, 6, 8]) {
        const picture = await BUILDERS[format]({ orientation });
        const { facts, renditions } = await imaging.process(picture, [recipe({ format: 'png' })]);
        expect(facts).toMatchObject({ format, width: 160, height: 120 });
        expect(corners(readPixels(renditions[0]?.bytes ?? Buffer.alloc(0)), 4 / 3)).toEqual(UPRIGHT);
      }
    },
  );

  it.each([0, 9, 255, 65535])(
    'upright pictures take the out-of-range orientation %i for upright',
    async (orientation) => {
      const { facts, renditions } = await imaging.process(await aJpeg({ orientation }), [recipe()]);
      expect(facts).toMatchObject({ width: 160, height: 120 });
      expect(corners(readPixels(renditions[0]?.bytes ?? Buffer.alloc(0)), 4 / 3)).toEqual(UPRIGHT);
    },
  );
});
