import { describe, expect, it } from '@jest/globals';
import type {
  Problem,
  ProblemKind,
  RequestContext,
  WireProfile,
  WireResponse,
} from '../../../src/domain/index.ts';
import { bodyText, type ProblemRow } from './fixture.ts';

/** Every kind of problem; the compiler keeps it complete. */
const ALL_KINDS = {
  unauthenticated: true,
  forbidden: true,
  'subject-not-found': true,
  'image-not-found': true,
  'invalid-parameter': true,
  'body-missing': true,
  'body-malformed': true,
  'length-mismatch': true,
  'file-missing': true,
  'too-many-files': true,
  'file-too-large': true,
  'file-too-small': true,
  'unsupported-format': true,
  'corrupt-image': true,
  'image-too-complex': true,
  conflict: true,
  'rate-limited': true,
  'route-not-found': true,
  'method-not-allowed': true,
  'not-acceptable': true,
  'unsupported-media-type': true,
  'request-timeout': true,
  overloaded: true,
  'upstream-unavailable': true,
  'upstream-timeout': true,
  'name-taken': true,
  'person-exists': true,
  'person-erased': true,
  'precondition-failed': true,
  'invalid-person': true,
  internal: true,
} as const satisfies Record<ProblemKind, true>;

/** Holds a dialect's problems against its golden rows, in both wire profiles. */
export function describeProblemTable<Options>(
  rows: readonly ProblemRow[],
  render: (problem: Problem, exchange: RequestContext<Options>) => WireResponse,
  exchangeIn: (profile: WireProfile) => RequestContext<Options>,
): void {
  const cases = (['documented', 'observed'] as const).flatMap((profile) =>
    rows.map((row) => ({ profile, row, name: JSON.stringify(row.problem) })),
  );

  describe('problems', () => {
    it('the golden file has a row for every kind of problem', () => {
      const kinds = new Set(rows.map(({ problem }) => problem.kind));
      expect([...kinds].sort()).toEqual(Object.keys(ALL_KINDS).sort());
    });

    it.each(cases)('$profile: the dialect renders $name as the contract prints it', ({ profile, row }) => {
      const expected = { ...row, ...(profile === 'observed' ? row.observed : {}) };
      const answer = render(row.problem, exchangeIn(profile));
      expect(answer.status).toBe(expected.status);
      expect(answer.headers).toEqual(expected.headers);
      expect(bodyText(answer)).toBe(expected.body);
    });
  });
}
