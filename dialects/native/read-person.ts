import {
  isJsonObject,
  type Json,
  type PersonPrecondition,
  ProblemError,
  readEntityTags,
  type WireRequest,
  type WireRequestHead,
} from '../../src/domain/index.ts';

/** The id of the person that the path names. */
export function personInPath({ params }: Pick<WireRequestHead, 'params'>): string {
  return params.id ?? '';
}

/**
 * The person in the body, unchecked, with the id of the path. The registry checks it. The tag that answers carry
 * is removed, so that a client can send back a person that it has read.
 */
export function personInBody(request: WireRequest): Json {
  const { json } = request;
  const id = personInPath(request);
  if (!isJsonObject(json)) return json ?? null;
  const person = withoutTag(json);
  if (isJsonObject(person) && person.id !== undefined && person.id !== id) {
    const reason = 'is not the id of the path';
    throw new ProblemError({ kind: 'invalid-person', pointer: '/id', reason });
  }
  return isJsonObject(person) ? { ...person, id } : person;
}

/** A person without the tag that answers carry. */
export function withoutTag(person: Json): Json {
  if (!isJsonObject(person)) return person;
  const { etag: _, ...rest } = person;
  return rest;
}

/**
 * The condition of a change (RFC 9110, 13.2.2): `If-Match` with tags or `*`, or `If-None-Match: *`. Throws
 * `invalid-parameter` for any other condition, because a condition that is not understood must not be ignored.
 */
export function readPersonPrecondition({ headers }: Pick<WireRequestHead, 'headers'>): {
  readonly onlyIf?: PersonPrecondition;
} {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    if (readEntityTags(noneMatch) !== '*') throw unclear('If-None-Match', noneMatch);
    // The two conditions contradict each other: one requires the person to exist, the other not to exist.
    return { onlyIf: match === undefined ? { kind: 'none' } : { kind: 'versions', versions: [] } };
  }
  if (match === undefined) return {};
  const tags = readEntityTags(match);
  if (tags === undefined) throw unclear('If-Match', match);
  if (tags === '*') return { onlyIf: { kind: 'any' } };
  return { onlyIf: { kind: 'versions', versions: tags.flatMap(versionIn) } };
}

/** Weak tags never match in `If-Match`, and tags that this API never gave do not either. */
function versionIn(tag: string): number[] {
  const [, version] = /^"(\d{1,15})"$/.exec(tag) ?? [];
  return version === undefined ? [] : [Number(version)];
}

function unclear(name: string, value: string): ProblemError {
  return new ProblemError({ kind: 'invalid-parameter', name, value, location: 'header' });
}
