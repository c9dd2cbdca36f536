import { type Precondition, ProblemError, type WireRequestHead } from '../../src/domain/index.ts';

/** One entity tag or a list of them; weak ones are allowed to stand in a list and never match. */
const TAGS = /^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/;

/**
 * The condition of a write (RFC 9110, 13.1). `If-Match: *` wants a picture, `If-Match: "…"` this picture, `If-None-Match: *` none.
 * Throws `invalid-parameter` for anything else: a condition that is not understood must not be ignored.
 */
export function readPrecondition({ headers }: Pick<WireRequestHead, 'headers'>): {
  readonly onlyIf?: Precondition;
} {
  const match = headers['if-match']?.trim();
  const noneMatch = headers['if-none-match']?.trim();
  if (noneMatch !== undefined) {
    if (noneMatch !== '*' || match !== undefined) throw invalid('If-None-Match', noneMatch);
    return { onlyIf: { kind: 'none' } };
  }
  if (match === undefined) return {};
  if (match === '*') return { onlyIf: { kind: 'any' } };
  if (!TAGS.test(match)) throw invalid('If-Match', match);
  const tags = match.match(/(?:W\/)?"[^"]*"/g) ?? [];
  const strong = tags.filter((tag) => tag.startsWith('"'));
  return { onlyIf: { kind: 'image', ids: strong.map((tag) => tag.slice(1, -1)) } };
}

function invalid(name: string, value: string): ProblemError {
  return new ProblemError({ kind: 'invalid-parameter', name, value, location: 'header' });
}
