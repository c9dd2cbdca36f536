import { describe, expect, it } from '@jest/globals';
import type { PictureFormat } from '../../src/domain/index.ts';
import {
  aBmp,
  aGif,
  aGifWithScript,
  aHeic,
  aJp2,
  aJpeg,
  aJpegWithZip,
  aJxl,
  anAvif,
  anIco,
  anSvg,
  aPageDressedAsSvg,
  aPng,
  aPngWithPage,
  aPsd,
  aScriptDressedAsGif,
  aTiff,
  aWebp,
  noPictures,
} from '../support/pictures.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

const BUILDERS: Record<PictureFormat, () => Buffer | Promise<Buffer>> = {
  jpeg: aJpeg,
  png: aPng,
  gif: aGif,
  webp: aWebp,
  avif: anAvif,
  tiff: aTiff,
  svg: anSvg,
  heic: aHeic,
  bmp: aBmp,
  psd: aPsd,
  ico: anIco,
  jxl: aJxl,
  jp2: aJp2,
};
const FORMATS = Object.keys(BUILDERS) as PictureFormat[];
const UNDECODED: readonly PictureFormat[] = ['svg', 'heic', 'bmp', 'psd', 'ico', 'jxl', 'jp2'];

describe('a format is recognised by the bytes', () => {
  it.each(FORMATS)('%s', async (format) => {
    const { facts } = await imaging.process(await BUILDERS[format]());
    expect(facts).toMatchObject({ format, decodable: !UNDECODED.includes(format) });
  });

  it.each(FORMATS)('%s, and refused by name where the policy does not list it', async (format) => {
    const others = FORMATS.filter((other) => other !== format);
    expect(await imaging.refusal(await BUILDERS[format](), others)).toMatchObject({
      kind: 'unsupported-format',
      detected: expect.stringContaining('image/'),
      accepted: others,
    });
  });

  it.each(UNDECODED)('%s, without sizes or renditions where there is no decoder', async (format) => {
    const { facts, renditions } = await imaging.process(await BUILDERS[format]());
    expect(facts).toMatchObject({ width: 0, height: 0, transparent: false });
    expect(renditions).toEqual([]);
  });
});

describe('what is no picture', () => {
  it.each(Object.entries(noPictures()))('is refused: %s', async (_name, bytes) => {
    expect(await imaging.verdict(bytes)).toBe('unsupported-format');
  });

  it('is refused where only the first bytes are those of a picture', async () => {
    expect(await imaging.verdict(aScriptDressedAsGif())).toBe('corrupt-image');
    expect(await imaging.verdict(aPageDressedAsSvg())).toBe('unsupported-format');
    for (const format of UNDECODED) {
      const bytes = await BUILDERS[format]();
      const hollow = Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(100, 0x20)]);
      expect({ format, verdict: await imaging.verdict(hollow) }).not.toMatchObject({ verdict: 'accepted' });
    }
  });

  it('is named where it is known', async () => {
    expect(await imaging.refusal(noPictures().pdf)).toMatchObject({ detected: 'application/pdf' });
  });
});

describe('a picture with something behind it', () => {
  it.each([
    ['GIF and script', aGifWithScript, 'gif'],
    ['JPEG and ZIP', aJpegWithZip, 'jpeg'],
    ['PNG and page', aPngWithPage, 'png'],
  ] as const)('is the picture alone: %s', async (_name, build, format) => {
    const bytes = await build();
    const { renditions } = await imaging.process(bytes, [
      { fit: 'inside', enlarge: false, format: 'same', background: '#ffffff', quality: 85, animated: true },
    ]);
    expect(renditions[0]?.format).toBe(format);
    for (const trace of ['script', 'PK\x03\x04', 'html'])
      expect(renditions[0]?.bytes.includes(trace)).toBe(false);
  });
});

describe('an SVG', () => {
  it.each([
    ['with a prefix', '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:rect/></s:svg>'],
    ['with a document type', '<!DOCTYPE svg PUBLIC "x" "y"><svg xmlns="http://www.w3.org/2000/svg"></svg>'],
    ['empty', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['with a mark of its encoding', '\ufeff<svg xmlns="http://www.w3.org/2000/svg"></svg>\n<!-- end -->\n'],
  ])('is recognised %s', async (_name, text) => {
    expect(await imaging.verdict(Buffer.from(text))).toBe('accepted');
  });

  it.each([
    ['without its namespace', '<svg><rect/></svg>'],
    ['cut off', '<svg xmlns="http://www.w3.org/2000/svg"><rect/>'],
    ['inside a page', '<html><svg xmlns="http://www.w3.org/2000/svg"></svg></html>'],
    ['within a comment', '<!-- <svg xmlns="http://www.w3.org/2000/svg"></svg> -->'],
  ])('is none %s', async (_name, text) => {
    expect(await imaging.verdict(Buffer.from(text))).toBe('unsupported-format');
  });
});
