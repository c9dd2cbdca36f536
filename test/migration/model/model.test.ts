import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Ramp } from '../../../src/migration/stages/placement.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { SUBJECTS } from './model-gateway.ts';
import { runWorld, type Step, type Tally } from './world.ts';

const RUNS = Number(process.env.MODEL_RUNS ?? 150);

const act = fc.record({
  gateway: fc.nat(1),
  subject: fc.nat(2),
  slot: fc.nat(1),
  act: fc.constantFrom('put', 'put', 'put', 'remove', 'get', 'get', 'copy'),
});
const ramp = fc.constantFrom<Ramp>(
  { kind: 'percent', percent: 100 },
  { kind: 'percent', percent: 100 },
  { kind: 'list', keys: [SUBJECTS[0]?.key ?? ''] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('burst'), acts: fc.array(act, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reconcile'), gateway: fc.nat(1) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('change'), up: fc.constantFrom(true, true, true, false), ramp }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'continue' } as const) },
  { weight: 5, arbitrary: fc.constant({ kind: 'ride' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('refresh'), gateway: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kill'),
      gateway: fc.nat(1),
      steps: fc.integer({ min: 1, max: 25 }),
      afterEffect: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trouble'),
      trouble: fc.constantFrom('down', 'refuses', 'lost request', 'lost answer', undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(300, 2_500, 20_000) }) },
);

describe('a migration under crashes and races', () => {
  it('never reads stale, never resurrects and loses nothing that was acknowledged', async () => {
    const sum: Tally = { acknowledged: 0, failed: 0, reads: 0, kills: 0, changes: 0, switched: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
        fc.integer(),
        async (steps, seed) => {
          const tally = await runWorld(createMemoryStore(), steps, seeded(seed));
          for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
        },
      ),
      { numRuns: RUNS, ...(process.env.MODEL_SEED ? { seed: Number(process.env.MODEL_SEED) } : {}) },
    );
    expect(sum.acknowledged).toBeGreaterThan(0);
    if (process.env.MODEL_PRINT) process.stdout.write(`${JSON.stringify(sum)}\n`);
  }, 600_000);
});

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
