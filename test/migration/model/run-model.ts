import { array, assert, asyncProperty, integer, nat } from 'fast-check';
import type { Store } from '../../../src/store/store.ts';
import { step } from './steps.ts';
import { runWorld } from './world.ts';
import { emptyTally, type Tally } from './world-steps.ts';

/** Runs random worlds, each on a store of its own, and adds up what happened; throws at the first broken promise, shrunk. */
export async function runModel(
  runs: number,
  openStore: () => Promise<{ readonly store: Pick<Store, 'records' | 'objects'>; close(): Promise<void> }>,
): Promise<Tally> {
  const sum = emptyTally();
  // Always the same worlds, so that a red run is about the change; `MODEL_SEED=$RANDOM` looks for new ones.
  const { MODEL_SEED: seed = '20261129' } = process.env;
  await assert(
    asyncProperty(
      nat(3),
      array(step, { minLength: 5, maxLength: 60, size: 'max' }),
      integer(),
      async (stages, steps, order) => {
        const { store, close } = await openStore();
        try {
          // In a third of the worlds people may switch who were not verified, and are copied when they are read.
          const minVerifiedPercent = order % 3 === 0 ? 0 : 100;
          const tally = await runWorld(store, stages, steps, seeded(order), minVerifiedPercent);
          for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
        } finally {
          await close();
        }
      },
    ),
    { numRuns: runs, seed: Number(seed) },
  );
  return sum;
}

/** A small generator of numbers in [0, 1) that a seed repeats. */
function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}
