import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadCohort, storeCohort } from '../../../src/migration/stages/cohort.ts';
import { countLeftOut, EVERYBODY, isRampedIn, stageOf } from '../../../src/migration/stages/rollout.ts';
import { loadCohorts, policyOf, type StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

const NONE = new Map();
const keys = Array.from({ length: 2000 }, (_, at) =>
  createHash('sha256').update(`${at}`).digest('hex').slice(0, 32),
);
const [ada = '', bob = '', cy = ''] = keys;
const share = (percent: number) => keys.filter((key) => isRampedIn({ kind: 'percent', percent }, key, NONE));

/** A cohort in a store of its own, with its list loaded. */
async function cohortOf(...members: readonly string[]) {
  const { records } = createMemoryStore();
  const cohort = await storeCohort(records, 'pilot', members);
  return { records, cohort, cohorts: await loadCohorts(records, [{ stage: 'shadow', ramp: cohort }]) };
}

describe('a ramp', () => {
  it('a ramp takes in about the share that it names', () => {
    expect(share(30).length).toBeGreaterThan(500);
    expect(share(30).length).toBeLessThan(700);
    expect(share(100)).toHaveLength(2000);
  });

  it('a ramp never leaves anybody out again when it grows', () => {
    const wider = new Set(share(40));
    expect(share(10).every((key) => wider.has(key))).toBe(true);
  });

  it('a ramp leaves those whom it does not take in one stage below', async () => {
    const { cohort, cohorts } = await cohortOf(ada);
    const rollout = { stage: 'switched', ramp: cohort } as const;
    expect([stageOf(rollout, ada, cohorts), stageOf(rollout, bob, cohorts)]).toEqual([
      'switched',
      'dual-write',
    ]);
  });

  it('a ramp takes in an unknown person last', () => {
    expect(isRampedIn({ kind: 'percent', percent: 99 }, undefined, NONE)).toBe(false);
    expect(isRampedIn(EVERYBODY, undefined, NONE)).toBe(true);
  });

  it('a ramp counts whom another ramp would leave out', async () => {
    const { cohort, cohorts } = await cohortOf(ada, bob, cy);
    const smaller = await cohortOf(bob);
    const both = new Map([...cohorts, ...smaller.cohorts]);
    expect(countLeftOut(cohort, smaller.cohort, both)).toBe(2);
    expect(countLeftOut(smaller.cohort, cohort, both)).toBe(0);
    expect(countLeftOut(cohort, EVERYBODY, both)).toBe(0);
    expect(countLeftOut({ kind: 'percent', percent: 20 }, { kind: 'percent', percent: 10 }, both)).toBe(
      undefined,
    );
    expect(countLeftOut({ kind: 'percent', percent: 20 }, cohort, both)).toBe(undefined);
  });
});

describe('a cohort', () => {
  it('a cohort of any size knows its members and no others', async () => {
    const { cohort, cohorts } = await cohortOf(...keys.slice(0, 1000));
    const members = cohorts.get(cohort.sha256);
    expect(keys.map((key) => members?.has(key))).toEqual(keys.map((_, at) => at < 1000));
    expect([...(members?.keys() ?? [])]).toEqual(keys.slice(0, 1000).sort());
  });

  it('a cohort is the same list in any order and with members named twice', async () => {
    const { records, cohort } = await cohortOf(ada, bob);
    expect(await storeCohort(records, 'pilot', [bob, ada, bob])).toEqual(cohort);
    expect(cohort).toEqual({ kind: 'cohort', name: 'pilot', size: 2, sha256: expect.any(String) });
  });

  it('a cohort is refused when its list is gone from the store', async () => {
    const { cohort } = await cohortOf(ada);
    await expect(loadCohort(createMemoryStore().records, cohort)).rejects.toThrow(
      'the list of the cohort pilot is not in the store',
    );
  });
});

describe('a change under way', () => {
  async function underWay() {
    const { cohort, cohorts } = await cohortOf(ada);
    const record: StageRecord = {
      schema: 1,
      revision: 4,
      rollout: { stage: 'dual-write', ramp: EVERYBODY },
      change: { to: { stage: 'switched', ramp: cohort }, phase: 1, startedAtMs: 0 },
      history: [],
    };
    return { record, cohorts };
  }

  it('a change under way writes both sides strictly and reads the local store for those whom it moves', async () => {
    expect(policyOf(await underWay(), ada)).toMatchObject({ write: 'both', read: 'local', strict: true });
  });

  it('a change under way is not noticed by anybody else', async () => {
    expect(policyOf(await underWay(), bob)).toMatchObject({ write: 'both', read: 'backend', strict: false });
  });
});
