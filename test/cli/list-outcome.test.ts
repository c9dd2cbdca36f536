import { describe, expect, it } from '@jest/globals';
import { exitCodeOf, type JudgedReport } from '../../src/cli/list-outcome.ts';

const backfill = { failed: 0, unknown: 0, waiting: 0 };
const verification = { subjects: 3, equal: 3, differences: {}, unknown: 0 };

const CASES: readonly (readonly [number, JudgedReport])[] = [
  [0, backfill],
  [6, { ...backfill, waiting: 1 }],
  [4, { ...backfill, waiting: 1, unknown: 1 }],
  [3, { ...backfill, waiting: 1, unknown: 1, failed: 1 }],
  [0, verification],
  [4, { ...verification, unknown: 1 }],
  [3, { ...verification, unknown: 1, equal: 1, differences: { unclear: 1, unfinished: 1 } }],
  [2, { ...verification, unknown: 1, equal: 1, differences: { unclear: 1, different: 1 } }],
];

describe('the exit code of a list run', () => {
  it.each(CASES)('the exit code of a list run is %d for %j', (code, report) => {
    expect(exitCodeOf(report)).toBe(code);
  });
});
