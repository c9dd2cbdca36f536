import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createImaging } from '../../src/imaging/imaging.ts';
import { aGif, aHollowHeic, aJpeg, anSvg, aPng } from '../support/pictures.ts';

describe('the description of a picture', () => {
  let folder = '';
  let imaging: ReturnType<typeof createImaging> | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-describe-'));
    imaging = createImaging({
      workers: 1,
      timeoutSeconds: 50,
      memoryMiB: 384,
      limitMegapixels: 50,
      limitSidePixels: 12_000,
      queue: 16,
      scratchDir: folder,
    });
    await imaging.start();
  });
  afterAll(async () => {
    await imaging?.stop(5);
    await rm(folder, { recursive: true, force: true });
  });

  const plain = { orientation: 1, frames: 1, exif: false, xmp: false, iptc: false, location: false };

  it.each([
    ['a plain JPEG', aJpeg(), 'image/jpeg', { ...plain, width: 160, height: 120, colourSpace: 'srgb' }],
    [
      'a photograph that lies on its side and says where it was taken',
      aJpeg({ orientation: 6, gps: true }),
      'image/jpeg',
      { ...plain, width: 160, height: 120, colourSpace: 'srgb', orientation: 6, exif: true, location: true },
    ],
    [
      'a JPEG whose XMP has a position',
      aJpeg({ chatter: true }),
      'image/jpeg',
      { ...plain, width: 160, height: 120, colourSpace: 'srgb', xmp: true, iptc: true, location: true },
    ],
    [
      'a JPEG in Display P3',
      aJpeg({ icc: 'p3' }),
      'image/jpeg',
      { ...plain, width: 160, height: 120, colourSpace: 'srgb', colourProfile: expect.stringMatching(/p3/i) },
    ],
    [
      'a PNG with EXIF and no position',
      aPng({ orientation: 3 }),
      'image/png',
      { ...plain, width: 160, height: 120, colourSpace: 'srgb', orientation: 3, exif: true },
    ],
    ['an animation', aGif({ frames: 3 }), 'image/gif', { frames: 3 }],
    ['a HEIC', aHollowHeic(), 'image/heic', undefined],
    ['an SVG', anSvg(), 'image/svg+xml', undefined],
    ['a cut off JPEG', aJpeg().then((bytes) => bytes.subarray(0, 30)), 'image/jpeg', undefined],
    ['a text', Buffer.from('no picture'), undefined, undefined],
    ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n'), 'application/pdf', undefined],
  ])('the description of a picture says what %s is', async (_what, made, mediaType, header) => {
    const bytes = await made;
    const path = join(folder, 'picture');
    await writeFile(path, bytes);
    const inMemory = await imaging?.describe({ kind: 'memory', bytes });
    const inFile = await imaging?.describe({ kind: 'file', path, size: bytes.length });
    expect(inFile).toEqual(inMemory);
    expect(inMemory?.mediaType).toBe(mediaType);
    if (header) expect(inMemory?.header).toMatchObject(header);
    else expect(inMemory?.header).toBeUndefined();
  });
});
