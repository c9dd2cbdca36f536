import { describe, expect, it } from '@jest/globals';
import {
  aFlatPng,
  aGifBomb,
  aGifOfManyFrames,
  anIccBomb,
  anSvgBomb,
  aPngHeader,
  aScanBomb,
  aTextBomb,
} from '../support/pictures.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

describe('limits are judged by the header', () => {
  it.each([
    ['a side too long', aPngHeader(12_001, 10), 'side'],
    ['more pixels than allowed', aPngHeader(7_100, 7_100), 'pixels'],
    ['a GIF that claims 65,535 × 65,535', aGifBomb(), 'side'],
    ['a GIF of too many frames', aGifOfManyFrames(), 'frames'],
    ['a JPEG of 700 scans', aScanBomb(), 'time'],
  ])('%s', async (_name, bytes, limit) => {
    expect(await imaging.refusal(bytes)).toEqual({ kind: 'image-too-complex', limit });
  });

  it('and pass what stays below them', async () => {
    expect(
      await imaging.verdict(aFlatPng({ width: 12_000, height: 4_000, colourType: 0, bitDepth: 1 })),
    ).toBe('accepted');
    expect(await imaging.verdict(aGifOfManyFrames({ side: 100, frames: 200 }))).toBe('accepted');
    expect(await imaging.verdict(aScanBomb({ side: 400, scans: 60 }))).toBe('accepted');
  });
});

describe('what is small outside and large inside', () => {
  it('costs nothing where it is not needed: a profile, a drawing', async () => {
    expect(await imaging.verdict(anIccBomb())).toBe('accepted');
    expect(await imaging.verdict(anSvgBomb())).toBe('accepted');
  });

  it('meets the ceiling of memory: compressed texts', async () => {
    expect(await imaging.refusal(aTextBomb())).toEqual({ kind: 'image-too-complex', limit: 'memory' });
  });

  it('is decoded as the still picture it is to the decoder: an animated PNG of 65,535 frames', async () => {
    const { facts } = await imaging.process(aFlatPng({ width: 100, height: 100, frames: 65_535 }));
    expect(facts.frames).toBe(1);
  });
});
