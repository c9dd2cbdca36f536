import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { holdsLocation } from '../corpus/holds-location.ts';
import { aGif, aJpeg, anAvif, aPng, aTiff, aWebp } from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const crashes: Error[] = [];
const imaging = startImaging({ onCrash: (cause) => void crashes.push(cause) });
const VERDICTS = ['accepted', 'corrupt-image', 'unsupported-format', 'image-too-complex'];
const RUNS_PER_FORMAT = 60;

const BUILDERS = {
  JPEG: () => aJpeg({ orientation: 6, gps: true, chatter: true, width: 64, height: 48 }),
  'progressive JPEG': () => aJpeg({ progressive: true, width: 64, height: 48 }),
  PNG: () => aPng({ alpha: 'half', gps: true, width: 64, height: 48 }),
  GIF: () => aGif({ frames: 3, width: 64, height: 48 }),
  WebP: () => aWebp({ frames: 2, width: 64, height: 48 }),
  AVIF: () => anAvif({ gps: true, width: 64, height: 48 }),
  TIFF: () => aTiff({ gps: true, width: 64, height: 48 }),
};

/** Bytes to overwrite, by their place as a share of the length, and how much of the file is left. */
const mutation = fc.record({
  changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 6,
  }),
  kept: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

describe.each(Object.entries(BUILDERS))('a %s in which anything was changed', (_name, build) => {
  it('a changed picture is accepted or refused, never an error, a crash or a hang, and never tells where it was taken', async () => {
    const whole = await build();
    await fc.assert(
      fc.asyncProperty(mutation, async ({ changes, kept }) => {
        const mutated = Buffer.from(whole.subarray(0, Math.ceil(whole.length * kept)));
        for (const [share, value] of changes) mutated[Math.floor(share * (mutated.length - 1))] = value;
        const outcome = await imaging.process(mutated, [recipe({ animated: true })]).then(
          ({ renditions }) => {
            for (const { bytes } of renditions) expect(holdsLocation(bytes)).toBe(false);
            return 'accepted';
          },
          (cause: { problem?: { kind: string } }) => cause.problem?.kind ?? 'error',
        );
        expect(VERDICTS).toContain(outcome);
      }),
      { numRuns: RUNS_PER_FORMAT },
    );
    expect(crashes).toEqual([]);
  });
});
