import { describe, expect, it } from '@jest/globals';
import type { ProblemKind } from '../../src/domain/index.ts';
import { rawCases } from '../raw/raw-cases.ts';
import { WIRE_DIALECTS } from '../raw/wire-dialects.ts';
import { problemRows } from '../support/dialects/fixture.ts';
import { OF_THE_REGISTRY, problemsLike } from './golden-rows.ts';
import { RARE_PROBLEMS } from './provoke-problems.ts';
import { readTranscript } from './transcript.ts';

/** Rows that no client can bring about, and why. They are there all the same: the table is total. */
const OUT_OF_REACH: Readonly<Record<Legacy, Partial<Record<ProblemKind, string>>>> = {
  'capillary-v2': { forbidden: 'a till may do everything for every customer of its organisation' },
  'magicline-v1': { 'image-not-found': 'there is no delete, and a read leaves imageUrl out' },
  smartsheet: { 'image-not-found': 'there is no delete, and a read leaves profileImage out' },
  timbu: {
    forbidden: 'everybody may do everything for themselves',
    'image-not-found': 'there is no delete, and a read prints an empty address',
    'too-many-files': 'the last one wins',
  },
};

type Legacy = 'capillary-v2' | 'magicline-v1' | 'smartsheet' | 'timbu';
const NAMES = Object.keys(OUT_OF_REACH) as Legacy[];

/** Told of by `missing-backends.test.ts`. */
const OF_BACKENDS: readonly ProblemKind[] = ['upstream-unavailable', 'upstream-timeout'];

describe('every row of the problem table', () => {
  it.each(NAMES)('every row of %s is provoked from outside, or cannot be', async (name) => {
    const provoked = new Set<ProblemKind>([
      ...OF_BACKENDS,
      ...OF_THE_REGISTRY,
      ...(Object.keys(RARE_PROBLEMS) as ProblemKind[]),
      ...(await kindsInTranscripts(name)),
      ...kindsOnPlainSockets(name),
    ]);
    const rows = new Set(problemRows(name).map(({ problem }) => problem.kind));
    const missing = [...rows].filter((kind) => !provoked.has(kind));
    expect(missing.sort()).toEqual(Object.keys(OUT_OF_REACH[name]).sort());
  });
});

/** Only answers that can be one problem alone count. */
async function kindsInTranscripts(name: Legacy): Promise<ProblemKind[]> {
  const { exchanges } = await readTranscript(`${name}.documented`);
  return exchanges.flatMap(({ answer }) => {
    const kinds = new Set(problemsLike(answer, name, 'documented'));
    return kinds.size === 1 ? [...kinds] : [];
  });
}

/** Only cases with one verdict count. */
function kindsOnPlainSockets(name: Legacy): ProblemKind[] {
  const cases = rawCases(WIRE_DIALECTS[name], { good: Buffer.alloc(20), cut: Buffer.alloc(10) });
  return cases.flatMap(({ expected }) =>
    typeof expected === 'string' && expected !== 'good' && expected !== 'house' ? [expected] : [],
  );
}
