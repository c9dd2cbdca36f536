import type { ProblemKind, WireProfile } from '../../src/domain/index.ts';
import { problemRows } from '../support/dialects/fixture.ts';
import type { PlainAnswer } from './held-upload.ts';

/** Problems of people in the registry, which only the gateway's own API changes: the other dialects have rows, and no way to reach them. */
export const OF_THE_REGISTRY: ReadonlySet<ProblemKind> = new Set<ProblemKind>([
  'name-taken',
  'person-exists',
  'person-erased',
  'precondition-failed',
  'invalid-person',
]);

/** Which problems an answer can be, going by the golden rows of the dialect: some have the same row. */
export function problemsLike(
  { status, body }: PlainAnswer,
  dialect: string,
  profile: WireProfile,
): ProblemKind[] {
  const found = steady(body);
  return problemRows(dialect)
    .filter((row) => dialect === 'native' || !OF_THE_REGISTRY.has(row.problem.kind))
    .filter((row) => {
      const expected = { ...row, ...(profile === 'observed' ? row.observed : {}) };
      return expected.status === status && steady(expected.body) === found;
    })
    .map(({ problem }) => problem.kind);
}

/** An answer of `fetch` in full. */
export async function plainAnswer(answer: Response): Promise<PlainAnswer> {
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

/** Without ids, and with every limit and size alike. */
function steady(body: string): string {
  return body.replace(/"(traceId|refId)":"[0-9a-z]+"/g, '"$1":"~"').replace(/\b\d{5,}\b/g, '~');
}
