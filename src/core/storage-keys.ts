/** The record store's key of a subject's record. */
export function recordKey(subjectKey: string): string {
  return `subjects/${subjectKey}`;
}

/**
 * The object store's key of a body. The digest's start makes the key differ whenever the bytes do, so that two releases of an
 * encoder never meet under one key.
 */
export function bodyKey(subjectKey: string, imageId: string, renditionName: string, sha256: string): string {
  return `bodies/${subjectKey}/${imageId}/${renditionName}.${sha256.slice(0, 16)}`;
}
