import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { repairJpeg } from '../../src/imaging/decode/repair-jpeg.ts';
import {
  aGif,
  aGifOfManyFrames,
  aJpeg,
  aStoredPicture,
  GRAPHIC_CONTROL,
  segment,
  withLoop,
  withSegments,
} from '../support/pictures.ts';
import { colourName, readPixels } from './read-pixels.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();
const SCAN = Buffer.from([0xff, 0xda]);
const SCAN_NUMBERS = 11;

const QUIRKS: Record<string, (jpeg: Buffer) => Buffer> = {
  'zeros before the end marker': (jpeg) =>
    Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(40), jpeg.subarray(-2)]),
  'stray bytes between segments': (jpeg) =>
    withSegments(jpeg, segment(0xfe, Buffer.from('note')), Buffer.from([0x12, 0x34, 0x56])),
  'trailing bytes': (jpeg) => Buffer.concat([jpeg, Buffer.alloc(5_000, 0x41)]),
  'an unfinished profile': (jpeg) =>
    withSegments(jpeg, segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x03half of it', 'latin1'))),
  'broken EXIF': (jpeg) =>
    withSegments(jpeg, segment(0xe1, Buffer.from('Exif\0\0MM\0*\xff\xff\xff\xff', 'latin1'))),
  'a JFIF version from the future': (jpeg) =>
    withSegments(jpeg, segment(0xe0, Buffer.from('JFIF\0\x09\x09\0\0\x01\0\x01\0\0', 'latin1'))),
  'wrong numbers in a sequential scan': (jpeg) => {
    const changed = Buffer.from(jpeg);
    const at = jpeg.lastIndexOf(SCAN) + SCAN_NUMBERS;
    changed.set([0, 0, 0], at);
    return changed;
  },
};

describe('what cameras get wrong does not cost anybody a picture', () => {
  it.each(Object.entries(QUIRKS))(
    'a picture is shown although a camera got something wrong: %s',
    async (_name, spoil) => {
      const quirky = spoil(await aJpeg());
      const { renditions } = await imaging.process(quirky, [recipe({ format: 'jpeg' })]);
      const pixels = readPixels(renditions[0]?.bytes ?? Buffer.alloc(0));
      expect(colourName(pixels.at(0.1, 0.1))).toBe('red');
      expect(colourName(pixels.at(0.9, 0.9))).toBe('yellow');
    },
  );
});

describe('the repair of a JPEG', () => {
  it('the repair of a JPEG leaves a sound JPEG alone but for what is not the picture', async () => {
    const sound = await aJpeg();
    expect(repairJpeg(sound)).toBeUndefined();
  });

  it('the repair of a JPEG keeps the orientation', async () => {
    const lying = await aJpeg({ orientation: 6, width: 160, height: 120 });
    const { facts } = await imaging.process(
      withSegments(lying, segment(0xe0, Buffer.from('JFIF\0\x09\x09\0\0\x01\0\x01\0\0', 'latin1'))),
    );
    expect(facts).toMatchObject({ width: 160, height: 120 });
  });

  it('the repair leaves a file alone that is not a JPEG', () => {
    expect(repairJpeg(Buffer.from('GIF89a'))).toBeUndefined();
  });
});

describe('a picture whose data is complete', () => {
  const photograph = { motif: 'photograph', grain: 24, width: 240, height: 180 } as const;
  const samsungTrailer = Buffer.from('\0\0\x01\x0aImage_UTC_Data1490000000000SEFHk\0\0\0SEFT', 'latin1');
  const png = recipe({ format: 'png' });
  const shown = async (bytes: Buffer) => (await imaging.process(bytes, [png])).renditions[0]?.sha256;

  it.each<[string, () => Promise<Buffer>, (whole: Buffer) => Buffer]>([
    ['a baseline JPEG', () => aJpeg(photograph), (whole) => whole.subarray(0, -2)],
    ['a grey JPEG', () => aJpeg({ ...photograph, colour: 'grey' }), (whole) => whole.subarray(0, -2)],
    [
      'a progressive JPEG',
      () => aJpeg({ ...photograph, progressive: true }),
      (whole) => whole.subarray(0, -2),
    ],
    [
      'a JPEG with the trailer of a panorama',
      () => aJpeg({ ...photograph, subsampling: '4:4:4' }),
      (whole) => Buffer.concat([whole.subarray(0, -2), samsungTrailer]),
    ],
    ['a GIF of one frame', () => aGif(photograph), (whole) => whole.subarray(0, -1)],
    [
      'a GIF of one frame that has a delay and says how often it repeats',
      async () => withLoop(await aGif(photograph)),
      (whole) => whole.subarray(0, -1),
    ],
  ])(
    'a picture whose data is complete is shown whole although its end marker is not there: %s',
    async (_name, build, spoil) => {
      const whole = await build();
      expect(await shown(spoil(whole))).toBe(await shown(whole));
    },
  );

  it('a picture whose data is complete is shown whole although there are stray bytes before each restart marker', async () => {
    const bytes = aStoredPicture('stray-before-restarts.jpg');
    const { data, info } = await sharp(bytes, { failOn: 'none' }).png().toBuffer({ resolveWithObject: true });
    const { renditions } = await imaging.process(bytes, [png]);
    expect(renditions[0]).toMatchObject({ width: info.width, height: info.height });
    const [ours, lenient] = await Promise.all(
      [renditions[0]?.bytes ?? Buffer.alloc(0), data].map((picture) => sharp(picture).raw().toBuffer()),
    );
    expect(ours?.equals(lenient ?? Buffer.alloc(0))).toBe(true);
  });

  it('a JPEG without its end marker is refused where it is cut anywhere', async () => {
    for (const progressive of [false, true]) {
      const whole = (await aJpeg({ ...photograph, progressive })).subarray(0, -2);
      const scan = whole.indexOf(SCAN);
      for (let at = scan + 20; at < whole.length - 3; at += Math.ceil((whole.length - scan) / 40)) {
        const verdict = await imaging.verdict(whole.subarray(0, at));
        expect({ progressive, at, verdict }).toEqual({ progressive, at, verdict: 'corrupt-image' });
      }
    }
  });

  it('an animated GIF that ends behind a later frame is refused', async () => {
    const whole = await aGif({ ...photograph, frames: 3 });
    const [first = 0, second = 0, third = 0] = offsetsOf(whole, GRAPHIC_CONTROL);
    expect([first > 0, second > first, third > second]).toEqual([true, true, true]);
    const still = await imaging.process(whole.subarray(0, second));
    expect(still.facts).toMatchObject({ width: 240, height: 180, frames: 1 });
    for (const end of [third, whole.length - 1])
      expect(await imaging.verdict(whole.subarray(0, end))).toBe('corrupt-image');
  });

  it('a progressive JPEG that ends between two scans is refused', async () => {
    const whole = await aJpeg({ ...photograph, progressive: true });
    expect(await imaging.verdict(whole.subarray(0, whole.lastIndexOf(SCAN)))).toBe('corrupt-image');
  });
});

function offsetsOf(bytes: Buffer, wanted: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) offsets.push(at);
  return offsets;
}

describe('a TIFF', () => {
  it('a TIFF whose first page is a small preview gives its largest page', async () => {
    const { facts, renditions } = await imaging.process(aStoredPicture('preview-first.tif'), [
      recipe({ format: 'png' }),
    ]);
    expect(facts).toMatchObject({ width: 160, height: 120 });
    const pixels = readPixels(renditions[0]?.bytes ?? Buffer.alloc(0));
    expect(colourName(pixels.at(0.1, 0.1))).toBe('red');
    expect(colourName(pixels.at(0.9, 0.9))).toBe('yellow');
  });
});

describe('a GIF of 202 frames', () => {
  const gif = aGifOfManyFrames({ side: 800, frames: 202 });

  it('a GIF of 202 frames is taken where one frame is used, and refused where it would have to stay an animation', async () => {
    const { renditions } = await imaging.process(gif, [recipe({ format: 'png', animated: false })]);
    expect(renditions[0]).toMatchObject({ format: 'png', width: 800, height: 800 });
    const animated = imaging.process(gif, [recipe({ animated: true })]);
    await expect(animated).rejects.toMatchObject({ problem: { kind: 'image-too-complex', limit: 'frames' } });
  });
});
