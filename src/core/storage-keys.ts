/** The prefix of subjects' keys in the record store. */
export const RECORD_PREFIX = 'subjects/';

/** The prefix of bodies' keys in the object store. */
export const BODY_PREFIX = 'bodies/';

/** The parts of a body's key. */
export interface BodyName {
  readonly subjectKey: string;
  readonly imageId: string;
  /** `renditionName`. */
  readonly rendition: string;
}

/** The record store's key of a subject's record. */
export function recordKey(subjectKey: string): string {
  return `${RECORD_PREFIX}${subjectKey}`;
}

/** The subject of a record's key. */
export function subjectKeyOf(recordKey: string): string {
  return recordKey.slice(RECORD_PREFIX.length);
}

/**
 * The object store's key of a body. It carries the start of the digest, so that two releases of an encoder never
 * write different bytes under one key.
 */
export function bodyKey({ subjectKey, imageId, rendition }: BodyName, sha256: string): string {
  return `${BODY_PREFIX}${subjectKey}/${imageId}/${rendition}.${sha256.slice(0, 16)}`;
}

/** Reads a body's key; `undefined` for a key of another kind. */
export function parseBodyKey(key: string): BodyName | undefined {
  const [, subjectKey, imageId, rendition] =
    /^bodies\/([0-9a-f]{32})\/([^/]+)\/([^/]+)\.[^./]+$/.exec(key) ?? [];
  return subjectKey === undefined || imageId === undefined || rendition === undefined
    ? undefined
    : { subjectKey, imageId, rendition };
}
