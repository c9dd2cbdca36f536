import { describe, expect, it } from '@jest/globals';
import { holdsLocation } from '../corpus/holds-location.ts';
import { aJpeg, anAvif, aPng, aTiff, aWebp } from '../support/pictures.ts';
import { RECIPES } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

/** Names under which formats keep what is not the picture, and words that the test pictures hide there. */
const TRACES = [
  'Exif',
  'GPS',
  'Polyface',
  'Greenwich',
  'http://ns.adobe.com',
  'Photoshop',
  'ICC_PROFILE',
  'iCCP',
  'tEXt',
  'eXIf',
  'EXIF',
  'XMP ',
];

describe('renditions hold nothing but the picture', () => {
  it.each([
    ['JPEG', () => aJpeg({ orientation: 6, gps: true, chatter: true, icc: 'p3' })],
    ['JPEG with trailing bytes', async () => Buffer.concat([await aJpeg(), Buffer.from('Greenwich')])],
    ['PNG', () => aPng({ orientation: 6, gps: true, chatter: true })],
    ['WebP', () => aWebp({ orientation: 6, gps: true })],
    ['AVIF', () => anAvif({ gps: true })],
    ['TIFF', () => aTiff({ gps: true })],
  ])(
    'renditions of a %s with a position, comments and a profile hold nothing but the picture',
    async (_name, build) => {
      const picture = await build();
      expect(holdsLocation(picture) || picture.includes('Greenwich')).toBe(true);
      const { renditions } = await imaging.process(picture, Object.values(RECIPES));
      for (const { bytes, format } of renditions) {
        expect(holdsLocation(bytes)).toBe(false);
        const found = TRACES.filter((trace) => bytes.includes(trace));
        expect({ format, found }).toEqual({ format, found: [] });
      }
    },
  );
});
