import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { ProblemError } from '../../src/domain/index.ts';
import { requireMemory } from '../../src/imaging/decode/memory-need.ts';
import {
  aFlatPng,
  aGifBomb,
  aGifOfManyFrames,
  anIccBomb,
  aPngHeader,
  aScanBomb,
  aTextBomb,
} from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

describe('limits are judged by the header', () => {
  it.each([
    ['a side too long', aPngHeader(16_385, 10), 'side'],
    ['more pixels than allowed', aPngHeader(8_063, 8_063), 'pixels'],
    ['a GIF that claims 65,535 × 65,535', aGifBomb(), 'side'],
    ['a GIF of too many frames', aGifOfManyFrames(), 'frames'],
    ['a JPEG of 700 scans', aScanBomb(), 'time'],
  ])('a picture is refused by its header: %s', async (_name, bytes, limit) => {
    expect(await imaging.refusal(bytes)).toEqual({ kind: 'image-too-complex', limit });
  });

  it('limits let a picture pass that stays below them', async () => {
    expect(
      await imaging.verdict(aFlatPng({ width: 12_000, height: 4_000, colourType: 0, bitDepth: 1 })),
    ).toBe('accepted');
    expect(await imaging.verdict(aGifOfManyFrames({ side: 100, frames: 200 }))).toBe('accepted');
    expect(await imaging.verdict(aScanBomb({ side: 400, scans: 60 }))).toBe('accepted');
  });
});

describe('what is small outside and large inside', () => {
  it('a picture that is small outside and large inside costs nothing where it is not needed: a profile', async () => {
    expect(await imaging.verdict(anIccBomb())).toBe('accepted');
  });

  it('a picture that is small outside and large inside meets the ceiling of memory: compressed texts', async () => {
    expect(await imaging.refusal(aTextBomb())).toEqual({ kind: 'image-too-complex', limit: 'memory' });
  });

  it('a picture that is small outside and large inside is decoded as the still picture it is to the decoder: an animated PNG of 65,535 frames', async () => {
    const { facts } = await imaging.process(aFlatPng({ width: 100, height: 100, frames: 65_535 }));
    expect(facts.frames).toBe(1);
  });
});

describe('the memory that a picture needs', () => {
  const limits = { limitPixels: 64e6, limitSidePixels: 16_384, memoryBytes: 512 * 1024 * 1024 };
  const box = { width: 1200, height: 1200 };
  it.each([
    ['AVIF of 12.5 megapixels in its own size', 'avif', 12.5e6, {}, true],
    ['AVIF of 13 megapixels in its own size', 'avif', 13e6, {}, false],
    ['AVIF of 23 megapixels for a small rendition', 'avif', 23e6, { box }, true],
    ['AVIF of 50 megapixels for a small rendition', 'avif', 50e6, { box }, false],
    ['WebP of 50.33 megapixels in its own size', 'webp', 50.33e6, {}, true],
    ['WebP of 64 megapixels for a small rendition', 'webp', 64e6, { box }, true],
    ['GIF of 26 megapixels in its own size', 'gif', 26e6, {}, true],
    ['GIF of 27 megapixels in its own size', 'gif', 27e6, {}, false],
    ['HEIC of 50.33 megapixels', 'heic', 50.33e6, {}, true],
    ['JPEG 2000 of 15 megapixels', 'jp2', 15e6, {}, true],
    ['JPEG 2000 of 17 megapixels', 'jp2', 17e6, {}, false],
  ] as const)(
    'the memory that a picture needs is judged by the header: %s',
    (_name, format, pixels, parts, fits) => {
      const judge = () => requireMemory({ format, pixels, recipes: [recipe(parts)] }, limits);
      if (fits) expect(judge).not.toThrow();
      else expect(judge).toThrow(ProblemError);
    },
  );

  it('the memory that a picture needs is more for HEIC with 10 bits and for progressive JPEG', () => {
    const demand = { format: 'heic', pixels: 40e6, recipes: [] } as const;
    expect(() => requireMemory({ ...demand, bitsPerChannel: 10 }, limits)).toThrow(ProblemError);
    expect(() => requireMemory({ ...demand, bitsPerChannel: 8 }, limits)).not.toThrow();
    const progressive = { format: 'jpeg', pixels: 64e6, progressive: true, recipes: [] } as const;
    expect(() => requireMemory(progressive, limits)).not.toThrow();
    expect(() => requireMemory(progressive, { ...limits, memoryBytes: 300e6 })).toThrow(ProblemError);
  });
});

describe('a baseline JPEG of a sensor of 200 megapixels', () => {
  it('a baseline JPEG of a sensor of 200 megapixels is taken, and its rendition in its own size has no more pixels than other pictures may have', async () => {
    const jpeg = await sharp({
      create: { width: 16_320, height: 12_240, channels: 3, background: '#dc1414' },
    })
      .jpeg({ quality: 50 })
      .toBuffer();
    const { facts, renditions } = await imaging.process(jpeg, [
      recipe({ box: { width: 1200, height: 1200 }, format: 'jpeg' }),
      recipe(),
    ]);
    expect(facts).toMatchObject({ width: 16_320, height: 12_240 });
    expect(renditions[0]).toMatchObject({ width: 1200, height: 900 });
    const { width = 0, height = 0 } = renditions[1] ?? {};
    expect(width * height).toBeGreaterThan(63e6);
    expect(width * height).toBeLessThanOrEqual(64e6);
  });
});
