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
 * The person of the body, under the id of the path, as it came: the registry says what is wrong in it. The tag that answers carry is read
 * over, so that what was read can be sent back.
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
 * The condition of a change (RFC 9110, 13.2.2): `If-Match` with tags or `*`, `If-None-Match: *`. Throws `invalid-parameter` for what
 * cannot be expressed: a condition that is not understood must not be ignored.
 */
export function readPersonPrecondition({ headers }: Pick<WireRequestHead, 'headers'>): {
  readonly onlyIf?: PersonPrecondition;
} {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) {
    if (readEntityTags(noneMatch) !== '*') throw unclear('If-None-Match', noneMatch);
    // That there is such a person, and that there is none, never holds together.
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
