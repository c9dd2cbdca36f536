import { describe, expect, it } from '@jest/globals';
import { mendJpeg } from '../../src/imaging/decode/mend-jpeg.ts';
import { aJpeg, segment, withSegments } from '../support/pictures.ts';
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
  it.each(Object.entries(QUIRKS))('%s', async (_name, spoil) => {
    const quirky = spoil(await aJpeg());
    const { renditions } = await imaging.process(quirky, [recipe({ format: 'jpeg' })]);
    const pixels = readPixels(renditions[0]?.bytes ?? Buffer.alloc(0));
    expect(colourName(pixels.at(0.1, 0.1))).toBe('red');
    expect(colourName(pixels.at(0.9, 0.9))).toBe('yellow');
  });
});

describe('mending', () => {
  it('leaves a sound JPEG alone but for what is not the picture', async () => {
    const sound = await aJpeg();
    expect(mendJpeg(sound)).toBeUndefined();
  });

  it('keeps the orientation', async () => {
    const lying = await aJpeg({ orientation: 6, width: 160, height: 120 });
    const { facts } = await imaging.process(
      withSegments(lying, segment(0xe0, Buffer.from('JFIF\0\x09\x09\0\0\x01\0\x01\0\0', 'latin1'))),
    );
    expect(facts).toMatchObject({ width: 160, height: 120 });
  });

  it('has no opinion on what is no JPEG', () => {
    expect(mendJpeg(Buffer.from('GIF89a'))).toBeUndefined();
  });
});
