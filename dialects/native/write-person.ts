import {
  type FoundPerson,
  type JsonObject,
  type MergePreview,
  mediaTypeOf,
  type OutcomeOf,
  type Person,
  type ProfileImage,
  readEntityTags,
  type WireRequestHead,
  type WireResponse,
} from '../../src/domain/index.ts';

/** One person with its tag; 304 where the caller has this version already. */
export function writePerson(
  { person }: Pick<OutcomeOf<'read-person'>, 'person'>,
  { headers }: Pick<WireRequestHead, 'headers'>,
): WireResponse {
  const tag = tagOf(person);
  if (isKnown(headers['if-none-match'], tag))
    return { status: 304, headers: { ETag: tag }, body: { kind: 'none' } };
  return answerJson(200, personJson(person), { ETag: tag });
}

/** A weak tag means the same version (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, tag: string): boolean {
  const tags = header === undefined ? [] : readEntityTags(header);
  return tags === '*' || (tags ?? []).some((one) => one.replace(/^W\//, '') === tag);
}

/**
 * The person after a change. The tag is in the body and not in a header, because the stored person is not
 * byte for byte what was sent (RFC 9110, 9.3.4).
 */
export function writeChangedPerson({ person, created }: OutcomeOf<'change-person'>): WireResponse {
  return answerJson(created ? 201 : 200, personJson(person));
}

/** One page of people, and where the next page begins. */
export function writePeople({ people, next }: OutcomeOf<'list-people'>): WireResponse {
  return answerJson(200, { items: people.map(personJson), next });
}

/** People who have a value, and the fields in which they have it. */
export function writeFoundPeople({ found }: OutcomeOf<'find-people'>): WireResponse {
  return answerJson(200, {
    items: found.map(({ person, by }: FoundPerson) => ({ by, person: personJson(person) })),
  });
}

/** The stored facts of a person's pictures. */
export function writePictures({ images }: OutcomeOf<'read-person'>): WireResponse {
  return answerJson(200, { items: images.map(pictureJson) });
}

/** A merge or its preview. Both people are shown as they were before. */
export function writeMerge({ merged, merge }: OutcomeOf<'merge-people'>): WireResponse {
  const { source, survivor, adoptedSlots, droppedSlots }: MergePreview = merge;
  return answerJson(200, {
    merged,
    source: personJson(source),
    survivor: personJson(survivor),
    adoptedSlots,
    droppedSlots,
  });
}

/** The receipt of an erasure. */
export function writeReceipt({ receipt }: OutcomeOf<'erase-person'>): WireResponse {
  return answerJson(200, { receipt: receipt.receipt, signature: receipt.signature });
}

function personJson(person: Person): JsonObject {
  const { id, key, version, aliases, identifiers, profile, formerly } = person;
  return { id, key, version, etag: tagOf(person), aliases, identifiers, profile, formerly };
}

function pictureJson(image: ProfileImage): JsonObject {
  const { slot, id, version, writtenThrough, writtenAtMs, original, renditions } = image;
  const { format, width, height, bytes, sha256 } = original;
  return {
    slot,
    id,
    version,
    writtenThrough,
    writtenAt: new Date(writtenAtMs).toISOString(),
    mediaType: mediaTypeOf(format),
    width,
    height,
    bytes,
    sha256,
    renditions: Object.keys(renditions),
  };
}

function tagOf({ version }: Person): string {
  return `"${version}"`;
}

function answerJson(
  status: number,
  value: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: { kind: 'json', value },
  };
}
