import { readEntityTags } from '../../domain/index.ts';

type Headers = Readonly<Record<string, string>>;

/** The validators of a stored picture. */
export interface Validators {
  /** A strong entity tag with its quotes. */
  readonly etag: string;
  readonly modifiedAtMs?: number;
}

/** The result of the conditions of a GET or HEAD, in the order of RFC 9110, 13.2.2. */
export function evaluatePreconditions(
  headers: Headers,
  validators: Validators,
): 'proceed' | 'not-modified' | 'failed' {
  if (!holdsForMatch(headers, validators)) return 'failed';
  return isNotModified(headers, validators) ? 'not-modified' : 'proceed';
}

/**
 * Whether a range may be cut out of this picture: If-Range is absent, or names it exactly by tag or by date.
 */
export function isSameForRange(headers: Headers, { etag, modifiedAtMs }: Validators): boolean {
  const condition = headers['if-range']?.trim();
  if (condition === undefined || condition === etag) return true;
  return modifiedAtMs !== undefined && Date.parse(condition) === wholeSeconds(modifiedAtMs);
}

function holdsForMatch(headers: Headers, { etag, modifiedAtMs }: Validators): boolean {
  const match = headers['if-match'];
  if (match !== undefined) {
    const tags = readEntityTags(match);
    return tags === '*' || tags?.includes(etag) === true;
  }
  const since = dateOf(headers['if-unmodified-since']);
  return since === undefined || modifiedAtMs === undefined || wholeSeconds(modifiedAtMs) <= since;
}

/** Whether the caller has this already: If-None-Match decides where it is given, else If-Modified-Since. */
export function isNotModified(headers: Headers, { etag, modifiedAtMs }: Validators): boolean {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    const tags = readEntityTags(noneMatch);
    return tags === '*' || tags?.some((tag) => tag.replace(/^W\//, '') === etag) === true;
  }
  const since = dateOf(headers['if-modified-since']);
  return since !== undefined && modifiedAtMs !== undefined && wholeSeconds(modifiedAtMs) <= since;
}

/** A date that cannot be read is no condition (RFC 9110, 13.1.3). */
function dateOf(header: string | undefined): number | undefined {
  const atMs = Date.parse(header ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** HTTP dates have no milliseconds. */
function wholeSeconds(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}
