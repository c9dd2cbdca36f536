import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { runWorld } from './world.ts';
import type { Step, Tally } from './world-steps.ts';

/** Three people have pictures at the backend; one is verified, and all switch, so that two are at the backend alone. */
const SWITCHED: readonly Step[] = [
  { kind: 'verify', who: [0], repair: true },
  { kind: 'change', up: true, ramp: 'everybody' },
  { kind: 'ride' },
];

/** `runWorld` throws where somebody reads what they must not. The gate lets everybody switch; nothing is verified before a step. */
function run(steps: readonly Step[], minVerifiedPercent = 0): Promise<Tally> {
  return runWorld(createMemoryStore(), 2, steps, () => 0.9, minVerifiedPercent);
}

describe('people whom no list named', () => {
  it('people whom no list named cannot be switched while the gate wants everybody verified', async () => {
    expect(await run(SWITCHED, 100)).toMatchObject({ refused: 1, switched: 0 });
  });

  it('people whom no list named keep their pictures, because complete is refused until they were copied', async () => {
    const complete: readonly Step[] = [{ kind: 'change', up: true, ramp: 'everybody' }, { kind: 'ride' }];
    const steps: readonly Step[] = [
      ...SWITCHED,
      ...complete,
      { kind: 'backfill', who: [1] },
      ...complete,
      { kind: 'burst', acts: [{ act: 'get', gateway: 0, subject: 2, slot: 0 }] },
      ...complete,
    ];
    expect(await run(steps)).toMatchObject({ switched: 1, refused: 2, gatesOpened: 1, changes: 4 });
  });

  it('people whom no list named are named where the backend is given up before they were copied', async () => {
    expect(await run([...SWITCHED, { kind: 'abandon' }, { kind: 'ride' }])).toMatchObject({ abandoned: 1 });
  });

  it('people whom no list named get their pictures again where a backend that was given up comes back', async () => {
    const steps: readonly Step[] = [
      ...SWITCHED,
      { kind: 'abandon' },
      { kind: 'ride' },
      { kind: 'burst', acts: [{ act: 'get', gateway: 0, subject: 1, slot: 1 }] },
      { kind: 'change', up: false, ramp: 'everybody' },
      { kind: 'ride' },
    ];
    expect(await run(steps)).toMatchObject({ abandoned: 1, switched: 1 });
  });

  it('people whom no list named keep what the backend alone has where they write another slot before it comes back', async () => {
    const steps: readonly Step[] = [
      ...SWITCHED,
      { kind: 'abandon' },
      { kind: 'ride' },
      { kind: 'burst', acts: [{ act: 'put', gateway: 0, subject: 2, slot: 1 }] },
      { kind: 'change', up: false, ramp: 'everybody' },
      { kind: 'ride' },
    ];
    expect(await run(steps)).toMatchObject({ abandoned: 1, failed: 0 });
  });
});
