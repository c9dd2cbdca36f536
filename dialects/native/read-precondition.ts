import {
  type Precondition,
  ProblemError,
  readEntityTags,
  type WireRequestHead,
} from '../../src/domain/index.ts';

/**
 * The condition of a write (RFC 9110, 13.2.2): `If-Match`, else `If-Unmodified-Since`; and `If-None-Match`.
 * Weak tags never match in `If-Match`. A malformed list of tags is refused with `invalid-parameter`; a date that
 * cannot be read is ignored, as RFC 9110 asks.
 */
export function readPrecondition({ headers }: Pick<WireRequestHead, 'headers'>): {
  readonly onlyIf?: Precondition;
} {
  const conditions = [readMatch(headers), readNoneMatch(headers)].filter((one) => one !== undefined);
  const [first, ...rest] = conditions;
  if (!first) return {};
  return { onlyIf: rest.length > 0 ? { kind: 'all', of: conditions } : first };
}

function readMatch(headers: WireRequestHead['headers']): Precondition | undefined {
  const header = headers['if-match'];
  if (header === undefined) {
    const atMs = Date.parse(headers['if-unmodified-since'] ?? '');
    return Number.isNaN(atMs) ? undefined : { kind: 'unmodified-since', atMs };
  }
  const tags = requireTags('If-Match', header);
  return tags === '*' ? { kind: 'any' } : { kind: 'image', ids: tags.filter(isStrong).map(unquoteTag) };
}

function readNoneMatch(headers: WireRequestHead['headers']): Precondition | undefined {
  const header = headers['if-none-match'];
  if (header === undefined) return undefined;
  const tags = requireTags('If-None-Match', header);
  return tags === '*' ? { kind: 'none' } : { kind: 'other-image', ids: tags.map(unquoteTag) };
}

function requireTags(name: string, value: string): '*' | readonly string[] {
  const tags = readEntityTags(value);
  if (tags === undefined) {
    throw new ProblemError({ kind: 'invalid-parameter', name, value, location: 'header' });
  }
  return tags;
}

function isStrong(tag: string): boolean {
  return tag.startsWith('"');
}

function unquoteTag(tag: string): string {
  return tag.slice(tag.indexOf('"') + 1, -1);
}
