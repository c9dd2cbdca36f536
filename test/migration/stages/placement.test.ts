import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { EVERYBODY, isRampedIn, stageOf } from '../../../src/migration/stages/placement.ts';
import { conductOf, type StageRecord } from '../../../src/migration/stages/stage-record.ts';

const keys = Array.from({ length: 2000 }, (_, at) =>
  createHash('sha256').update(`${at}`).digest('hex').slice(0, 32),
);
const share = (percent: number) => keys.filter((key) => isRampedIn({ kind: 'percent', percent }, key));

describe('a ramp', () => {
  it('takes in about the share that it names', () => {
    expect(share(30).length).toBeGreaterThan(500);
    expect(share(30).length).toBeLessThan(700);
    expect(share(100)).toHaveLength(2000);
  });

  it('never leaves anybody out again when it grows', () => {
    const wider = new Set(share(40));
    expect(share(10).every((key) => wider.has(key))).toBe(true);
  });

  it('leaves those whom it does not take in one stage below', () => {
    const placement = { stage: 'switched', ramp: { kind: 'list', keys: ['a'] } } as const;
    expect([stageOf(placement, 'a'), stageOf(placement, 'b')]).toEqual(['switched', 'dual-write']);
  });

  it('takes in nobody in particular last', () => {
    expect(isRampedIn({ kind: 'percent', percent: 99 }, undefined)).toBe(false);
    expect(isRampedIn(EVERYBODY, undefined)).toBe(true);
  });
});

describe('a change under way', () => {
  const record: StageRecord = {
    schema: 1,
    revision: 4,
    placement: { stage: 'dual-write', ramp: EVERYBODY },
    change: { to: { stage: 'switched', ramp: { kind: 'list', keys: ['a'] } }, phase: 1, startedAtMs: 0 },
    history: [],
  };

  it('writes both sides strictly and reads own for those whom it moves', () => {
    expect(conductOf(record, 'a')).toMatchObject({ write: 'both', read: 'own', strict: true });
  });

  it('is not noticed by anybody else', () => {
    expect(conductOf(record, 'b')).toMatchObject({ write: 'both', read: 'backend', strict: false });
  });
});
