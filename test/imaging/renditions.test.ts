import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { aGif, aJpeg, anAvif, aPhotograph, aPng, aRawPng, aTiff, aWebp } from '../support/pictures.ts';
import { colourName, readPixels } from './read-pixels.ts';
import { RECIPES, recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

async function rendered(bytes: Buffer, parts: Parameters<typeof recipe>[0]) {
  const { facts, renditions } = await imaging.process(bytes, [recipe(parts)]);
  const [rendition] = renditions;
  if (!rendition) throw new Error('nothing was rendered');
  return { facts, ...rendition };
}

describe('sizes', () => {
  it('a rendition fits into the box and keeps the aspect ratio', async () => {
    const box = { width: 100, height: 100 };
    expect(await rendered(await aJpeg({ width: 400, height: 200 }), { box })).toMatchObject({
      width: 100,
      height: 50,
    });
  });

  it('a rendition never enlarges unless asked', async () => {
    const small = await aJpeg({ width: 40, height: 20 });
    const box = { width: 100, height: 100 };
    expect(await rendered(small, { box })).toMatchObject({ width: 40, height: 20 });
    expect(await rendered(small, { box, enlarge: true })).toMatchObject({ width: 100, height: 50 });
  });

  it('a rendition pads a small picture to its own square and an enlarged one to the box', async () => {
    const small = await aJpeg({ width: 40, height: 20 });
    const pad = { fit: 'pad', box: { width: 100, height: 100 }, background: '#0000ff' } as const;
    const square = await rendered(small, pad);
    expect(square).toMatchObject({ width: 40, height: 40 });
    expect(colourName(readPixels(square.bytes).at(0.5, 0.05))).toBe('blue');
    expect(await rendered(small, { ...pad, enlarge: true })).toMatchObject({ width: 100, height: 100 });
  });

  it('a rendition survives a picture one pixel high', async () => {
    const line = await aJpeg({ width: 3000, height: 1 });
    const box = { width: 100, height: 100 };
    expect(await rendered(line, { box })).toMatchObject({ width: 100, height: 1 });
    expect(await rendered(line, { box, fit: 'pad' })).toMatchObject({ width: 100, height: 100 });
  });
});

describe('formats', () => {
  it.each([
    ['jpeg', aJpeg],
    ['png', aPng],
    ['gif', aGif],
    ['webp', aWebp],
    ['avif', anAvif],
    ['tiff', aTiff],
  ] as const)('a rendition keeps %s where the recipe says the same', async (format, build) => {
    const result = await rendered(await build(), {});
    expect(result).toMatchObject({ format, width: 160, height: 120 });
    expect((await imaging.process(result.bytes)).facts.format).toBe(format);
  });

  it('a rendition makes PNG of what is see-through and JPEG of an alpha channel that hides nothing', async () => {
    const format = 'jpeg-unless-transparent';
    expect(await rendered(await aPng({ alpha: 'half' }), { format })).toMatchObject({
      format: 'png',
      facts: { transparent: true },
    });
    expect(await rendered(await aPng({ alpha: 'opaque' }), { format })).toMatchObject({
      format: 'jpeg',
      facts: { transparent: false },
    });
    expect(await rendered(await aGif(), { format })).toMatchObject({ format: 'png' });
  });

  it('a rendition flattens on the background where the format knows no transparency', async () => {
    const half = await aPng({ alpha: 'half' });
    const flat = readPixels((await rendered(half, { format: 'jpeg', background: '#0000ff' })).bytes);
    expect(colourName(flat.at(0.1, 0.1))).toBe('red');
    expect(colourName(flat.at(0.9, 0.1))).toBe('blue');
    const kept = readPixels((await rendered(half, { format: 'png' })).bytes);
    expect(colourName(kept.at(0.9, 0.1))).toBe('see-through');
  });

  it('a rendition keeps an animation or takes its first frame, as the recipe says', async () => {
    for (const animation of [await aGif({ frames: 4 }), await aWebp({ frames: 4 })]) {
      const moving = await rendered(animation, { animated: true, box: { width: 80, height: 80 } });
      expect(moving).toMatchObject({ width: 80, height: 60, facts: { frames: 4 } });
      expect((await imaging.process(moving.bytes)).facts.frames).toBe(4);
      const still = await rendered(animation, { animated: false });
      expect((await imaging.process(still.bytes)).facts.frames).toBe(1);
    }
  });

  it('a rendition takes the first frame of an animation that lies on its side, upright', async () => {
    const lying = await aWebp({ frames: 3, orientation: 6, width: 120, height: 160 });
    expect(await rendered(lying, { animated: true })).toMatchObject({ format: 'webp' });
  });
});

describe('colours', () => {
  it.each([
    ['CMYK JPEG', () => aJpeg({ colour: 'cmyk' })],
    ['CMYK TIFF', () => aTiff({ cmyk: true })],
    ['JPEG with an sRGB profile', () => aJpeg({ icc: 'srgb' })],
    ['JPEG with a wide-gamut profile', () => aJpeg({ icc: 'p3' })],
    ['PNG with 16 bits', () => aPng({ bitDepth: 16 })],
    ['PNG with a palette', () => aPng({ palette: true })],
    ['interlaced PNG', () => aPng({ interlaced: true })],
    ['progressive JPEG', () => aJpeg({ progressive: true })],
  ])('colours stay what they were in a %s', async (_name, build) => {
    const { bytes } = await rendered(await build(), { format: 'jpeg' });
    const pixels = readPixels(bytes);
    expect(colourName(pixels.at(0.1, 0.1))).toBe('red');
    expect(colourName(pixels.at(0.9, 0.9))).toBe('yellow');
  });

  it.each([
    [1, 0],
    [2, 0],
    [4, 0],
    [8, 0],
    [16, 0],
    [8, 2],
    [16, 2],
    [1, 3],
    [2, 3],
    [4, 3],
    [8, 3],
    [8, 4],
    [16, 4],
    [8, 6],
    [16, 6],
  ] as const)('a PNG of %i bits and colour type %i keeps its colours', async (bitDepth, colourType) => {
    const picture = aRawPng({ bitDepth, colourType });
    expect(await rendered(picture, { format: 'jpeg' })).toMatchObject({ width: 64, height: 48 });
  });

  it('a rendition has eight bits where the picture has sixteen', async () => {
    const { bytes } = await rendered(await aPng({ bitDepth: 16 }), {});
    const IHDR_DEPTH = 24;
    expect(bytes[IHDR_DEPTH]).toBe(8);
  });
});

describe('a rendition', () => {
  it('a rendition is the same alone and beside others', async () => {
    const picture = await aPhotograph({ width: 600, height: 800 });
    const all = Object.values(RECIPES);
    const together = await imaging.process(picture, all);
    for (const [index, wanted] of all.entries()) {
      const alone = await imaging.process(picture, [wanted]);
      expect(alone.renditions[0]?.sha256).toBe(together.renditions[index]?.sha256);
    }
  });

  it('a rendition carries the digest of its bytes', async () => {
    const result = await rendered(await aJpeg(), { format: 'png' });
    expect(result.sha256).toBe(createHash('sha256').update(result.bytes).digest('hex'));
  });

  it('a rendition lies in a file when it is large, until it is released', async () => {
    const bytes = await aPhotograph({ width: 1500, height: 1500 });
    const result = await imaging.imaging().process({
      source: { kind: 'memory', bytes },
      accepted: ['jpeg'],
      recipes: [recipe({ format: 'png' })],
    });
    const source = result.renditions[0]?.source;
    if (source?.kind !== 'file') throw new Error('the rendition should lie in a file');
    expect((await stat(source.path)).size).toBe(result.renditions[0]?.bytes);
    await result.release();
    expect(await readdir(imaging.scratchDir())).toEqual([]);
  });
});

describe('padding in a colour', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a grey JPEG', () => aJpeg({ colour: 'grey', motif: 'grey' })],
    ['a PNG of 1 bit', () => aRawPng({ bitDepth: 1, colourType: 0 })],
    ['a grey PNG of 16 bits', () => aRawPng({ bitDepth: 16, colourType: 0 })],
    ['a grey PNG with alpha', () => aRawPng({ bitDepth: 8, colourType: 4 })],
    ['a colour JPEG', () => aJpeg()],
  ])('padding in a colour has that colour around %s', async (_name, build) => {
    const wanted = recipe({
      fit: 'pad',
      box: { width: 100, height: 100 },
      format: 'png',
      background: '#ff8000',
    });
    const { renditions } = await imaging.process(await build(), [wanted]);
    const pixels = readPixels(renditions[0]?.bytes ?? Buffer.alloc(0));
    expect(pixels.at(0.5, 0.01)).toEqual([255, 128, 0, 255]);
    expect(pixels.at(0.5, 0.99)).toEqual([255, 128, 0, 255]);
  });
});
