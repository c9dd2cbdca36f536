import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProblemError } from '../../../src/domain/index.ts';
import {
  abandonChange,
  beginChange,
  type ChangeParts,
  cancelChange,
  continueChange,
} from '../../../src/migration/stages/change-stage.ts';
import { EVERYBODY } from '../../../src/migration/stages/rollout.ts';
import { beginStage, readStage } from '../../../src/migration/stages/stage-store.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import type { StoreUnderTest } from '../../../src/store/promises/store-promise.ts';
import { azureUnderTest } from '../../store/azure/azure-under-test.ts';
import { filesystemUnderTest } from '../../store/filesystem/filesystem-under-test.ts';
import { miniStackUnderTest } from '../../store/s3/s3-under-test.ts';

const RACERS = 20;
const UP = { stage: 'dual-write', ramp: EVERYBODY } as const;

const STORES: Readonly<Record<string, () => Promise<StoreUnderTest>>> = {
  async memory() {
    const store = createMemoryStore();
    await store.start({ create: true });
    return { store, another: async () => store, close: () => store.stop() };
  },
  filesystem: filesystemUnderTest,
  azure: () => azureUnderTest(),
  's3 (MiniStack)': miniStackUnderTest,
};

describe.each(Object.entries(STORES))('a change of stage on %s', (_, make) => {
  let backend: StoreUnderTest;
  let here: ChangeParts;
  let there: ChangeParts;
  let tests = 0;

  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    tests += 1;
    const name = { tenant: `t-${tests}`, dialect: 'one' };
    const { store, another } = backend;
    const parts = { clock: { nowMs: () => Date.now() }, name, isDrained: async () => true };
    here = { ...parts, records: store.records };
    there = { ...parts, records: (await another()).records };
    await beginStage(store.records, name, 'shadow');
  });

  /** The kinds of the problems that the racers ended in. */
  function race(run: (parts: ChangeParts, racer: number) => Promise<unknown>): Promise<string[]> {
    return Promise.all(
      Array.from({ length: RACERS }, async (_, racer) => {
        try {
          await run(racer % 2 ? here : there, racer);
          return 'none';
        } catch (cause) {
          if (cause instanceof ProblemError) return cause.problem.kind;
          throw cause;
        }
      }),
    );
  }

  async function revision(): Promise<number> {
    return (await readStage(here.records, here.name))?.record.revision ?? 0;
  }

  function expectOneWinner(results: readonly string[]): void {
    expect(results.toSorted()).toEqual([
      'none',
      ...Array.from({ length: RACERS - 1 }, () => 'precondition-failed'),
    ]);
  }

  it('a change of stage is begun by one of 20 racers who decided on one revision', async () => {
    const down = { stage: 'pass-through', ramp: EVERYBODY } as const;
    const seen = [await revision()];
    expectOneWinner(await race((parts, racer) => beginChange(parts, racer % 4 < 2 ? UP : down, {}, seen)));
    expect((await readStage(here.records, here.name))?.record.history).toHaveLength(1);
  });

  it('a change of stage is turned around by one of 20 racers, or given up by one of them, never both', async () => {
    await beginChange(here, UP);
    const seen = [await revision()];
    expectOneWinner(
      await race((parts, racer) =>
        racer % 4 < 2 ? cancelChange(parts, seen) : abandonChange(parts, 'a race', seen),
      ),
    );
    const change = (await readStage(here.records, here.name))?.record.change;
    expect(change?.isCancelled !== change?.abandonsBackend).toBe(true);
  });

  it('a change of stage is carried on by one of 20 racers, and not by those who saw another phase of it', async () => {
    await beginChange(here, UP);
    const seen = [await revision()];
    expectOneWinner(await race((parts) => continueChange(parts, seen)));
    expect(await revision()).toBe((seen[0] ?? 0) + 1);
  });

  it('a change without a revision is still refused as an overlap', async () => {
    const results = await race((parts) => beginChange(parts, UP));
    expect(results.toSorted()).toEqual([...Array.from({ length: RACERS - 1 }, () => 'conflict'), 'none']);
  });
});
