import { describe, expect, it } from '@jest/globals';
import { aGif, aJpeg, anAvif, aPng, aTiff, aWebp } from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();
const SHARES = [0.05, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 0.97];
/** The decoder reports what it missed with the strip after; see docs/decisions/0302-strict-decoding.md. */
const LAST_STRIP = 0.95;
const photograph = { motif: 'photograph', grain: 20, width: 320, height: 240 } as const;

const BUILDERS = {
  'baseline JPEG': () => aJpeg(photograph),
  'progressive JPEG': () => aJpeg({ ...photograph, progressive: true }),
  PNG: () => aPng(photograph),
  'interlaced PNG': () => aPng({ ...photograph, interlaced: true }),
  GIF: () => aGif(photograph),
  'animated GIF': () => aGif({ ...photograph, frames: 3 }),
  WebP: () => aWebp(photograph),
  'animated WebP': () => aWebp({ ...photograph, frames: 3 }),
  AVIF: () => anAvif(photograph),
  TIFF: () => aTiff(photograph),
};

describe.each(Object.entries(BUILDERS))('a %s that is cut off', (_name, build) => {
  it.each([
    ['verified', []],
    ['rendered', [recipe({ box: { width: 64, height: 64 }, format: 'jpeg' })]],
    ['rendered in its own size', [recipe()]],
  ])('a cut-off file is never taken for a picture when %s', async (_how, recipes) => {
    const whole = await build();
    for (const share of SHARES) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      const outcome = await imaging.process(cut, recipes).then(
        () => 'accepted',
        (cause: { problem?: { kind: string } }) => cause.problem?.kind,
      );
      expect({ share, outcome }).toEqual({
        share,
        outcome: expect.stringMatching(/corrupt-image|unsupported-format/),
      });
    }
  });
});

describe.each(Object.entries(BUILDERS))('a %s that lacks its last bytes', (_name, build) => {
  it('a file that lacks its last bytes is refused, or shows the whole picture', async () => {
    const whole = await build();
    const recipes = [recipe({ format: 'png' })];
    const { renditions } = await imaging.process(whole, recipes);
    for (const missing of [1, 2, 3, 4, 8, 12, 20, 60, 150, 400]) {
      const outcome = await imaging.process(whole.subarray(0, -missing), recipes).then(
        (cut) => cut.renditions[0]?.sha256,
        (cause: { problem?: { kind: string } }) => cause.problem?.kind,
      );
      const allowed = ['corrupt-image', 'unsupported-format', renditions[0]?.sha256];
      expect({ missing, allowed: allowed.includes(outcome) }).toEqual({ missing, allowed: true });
    }
  });
});

describe('a JPEG with an end marker behind the cut', () => {
  it.each([false, true])(
    'a JPEG with an end marker behind the cut is corrupt all the same (progressive: %s)',
    async (progressive) => {
      const whole = await aJpeg({ ...photograph, progressive });
      for (const share of SHARES.filter((before) => before < LAST_STRIP)) {
        const cut = Buffer.concat([
          whole.subarray(0, Math.floor(whole.length * share)),
          Buffer.from([0xff, 0xd9]),
        ]);
        expect({ share, verdict: await imaging.verdict(cut) }).toEqual({ share, verdict: 'corrupt-image' });
      }
    },
  );
});
