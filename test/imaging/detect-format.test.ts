import { describe, expect, it } from '@jest/globals';
import { type PictureFormat, READABLE_FORMATS } from '../../src/domain/index.ts';
import {
  aBmp,
  aGif,
  aGifWithScript,
  aHollowHeic,
  aHollowJp2,
  aHollowJxl,
  aJpeg,
  aJpegWithZip,
  anAvif,
  anIco,
  anSvg,
  aPageDressedAsSvg,
  aPng,
  aPngWithPage,
  aPsd,
  aScriptDressedAsGif,
  aStoredPicture,
  aTiff,
  aWebp,
  noPictures,
} from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

const BUILDERS: Record<Exclude<PictureFormat, 'svg'>, () => Buffer | Promise<Buffer>> = {
  jpeg: aJpeg,
  png: aPng,
  gif: aGif,
  webp: aWebp,
  avif: anAvif,
  tiff: aTiff,
  heic: () => aStoredPicture('grid-trailer.heic'),
  bmp: aBmp,
  psd: aPsd,
  ico: anIco,
  jxl: () => aStoredPicture('gps.jxl'),
  jp2: () => aStoredPicture('boxes.jp2'),
  dng: () => aStoredPicture('orientation-6.dng'),
};

describe('the format of a picture', () => {
  it('the format of a picture is detected by its bytes, and every format is decoded', async () => {
    for (const [format, build] of Object.entries(BUILDERS)) {
      const { facts, renditions } = await imaging.process(await build(), [recipe()]);
      expect(facts).toMatchObject({ format });
      expect(facts.width * facts.height).toBeGreaterThan(0);
      expect(renditions).toHaveLength(1);
    }
  });

  it('the format of a picture is named in the refusal where the policy does not list it', async () => {
    for (const [format, build] of Object.entries(BUILDERS)) {
      const others = READABLE_FORMATS.filter((other) => other !== format);
      expect(await imaging.refusal(await build(), others)).toMatchObject({
        kind: 'unsupported-format',
        detected: expect.stringContaining('image/'),
        accepted: others,
      });
    }
  });
});

describe('a file that is no picture', () => {
  it.each([
    ...Object.entries(noPictures()),
    ['page with a drawing', aPageDressedAsSvg()],
    ['drawing', anSvg()],
  ])('a file that is no picture is refused as unsupported: %s', async (_name, bytes) => {
    expect(await imaging.verdict(bytes)).toBe('unsupported-format');
  });

  it('a file that is no picture is named in the refusal where its format is known', async () => {
    expect(await imaging.refusal(noPictures().pdf)).toMatchObject({ detected: 'application/pdf' });
  });

  it.each<[string, Buffer]>([
    ['a script that begins like a GIF', aScriptDressedAsGif()],
    ['the boxes of a HEIC', aHollowHeic()],
    ['the boxes of a JPEG XL', aHollowJxl()],
    ['the boxes of a JPEG 2000', aHollowJp2()],
    ['two letters of a bitmap', Buffer.from('BMW builds cars, not pictures. '.repeat(9))],
  ])(
    'a file that is no picture is refused as damaged where its start or structure alone is that of a picture: %s',
    async (_name, bytes) => {
      expect(await imaging.verdict(bytes)).toBe('corrupt-image');
    },
  );

  it('a file that is no picture is refused in every format where only the first bytes are those of a picture', async () => {
    for (const [format, build] of Object.entries(BUILDERS)) {
      const bytes = await build();
      const hollow = Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(100, 0x20)]);
      expect({ format, verdict: await imaging.verdict(hollow) }).not.toMatchObject({ verdict: 'accepted' });
    }
  });
});

describe('a picture with something behind it', () => {
  it.each([
    ['GIF and script', aGifWithScript, 'gif'],
    ['JPEG and ZIP', aJpegWithZip, 'jpeg'],
    ['PNG and page', aPngWithPage, 'png'],
  ] as const)(
    'a picture with something behind it is rendered without it: %s',
    async (_name, build, format) => {
      const { renditions } = await imaging.process(await build(), [recipe({ animated: true })]);
      expect(renditions[0]?.format).toBe(format);
      for (const trace of ['script', 'PK\x03\x04', 'html'])
        expect(renditions[0]?.bytes.includes(trace)).toBe(false);
    },
  );
});
