const TAG = /(?:W\/)?"[^"]*"/g;

/**
 * The entity tags of an `If-Match` or `If-None-Match` header with their quotes, or `*`; `undefined` for
 * anything else. Empty elements of the list are skipped (RFC 9110, 5.6.1).
 */
export function readEntityTags(header: string): '*' | readonly string[] | undefined {
  const text = header.trim();
  if (text === '*') return '*';
  const elements = text.replace(TAG, '\0').split(',');
  const isList = elements.every((element) => ['', '\0'].includes(element.trim()));
  const tags = text.match(TAG);
  return isList && tags ? tags : undefined;
}
