/** What a body is known by. */
export interface Validators {
  /** A strong entity tag with its quotes. */
  readonly etag: string;
  readonly modifiedAtMs?: number;
}

/** Whether the caller already has this body: If-None-Match decides where it is given, else If-Modified-Since (RFC 9110, 13.2.2). */
export function isNotModified(headers: Readonly<Record<string, string>>, validators: Validators): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    return tags.trim() === '*' || entityTags(tags).some((tag) => tag.replace(/^W\//, '') === validators.etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return validators.modifiedAtMs !== undefined && Math.floor(validators.modifiedAtMs / 1000) * 1000 <= since;
}

/** Whether a range may be cut out of this body: If-Range is absent or names it exactly. */
export function isSameForRange(headers: Readonly<Record<string, string>>, validators: Validators): boolean {
  const condition = headers['if-range']?.trim();
  return condition === undefined || condition === validators.etag;
}

function entityTags(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}
