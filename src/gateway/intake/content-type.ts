/** A declared content type. */
export interface ContentType {
  /** Lower-case, `multipart/form-data`; absent where none, or no sensible one, was declared. */
  readonly mediaType?: string;
  readonly boundary?: string;
}

/**
 * Reads a Content-Type header as far as the intake needs it. Two headers that were joined, and anything else that is no media
 * type, count as undeclared.
 */
export function parseContentType(header: string | undefined): ContentType {
  const found = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(?:;(.*))?$/s.exec(header ?? '');
  if (!found) return {};
  const [, mediaType = '', parameters = ''] = found;
  // A quote that nothing closes reaches to the end: looked at once, not once for each quote that is escaped in it.
  if (parameters.replace(/"(?:[^"\\]|\\.)*(?:"|\\?$)/g, '').includes(',')) return {};
  const boundary = /(?:^|;)\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(parameters);
  const value = boundary?.[1]?.replace(/\\(.)/g, '$1') ?? boundary?.[2];
  return {
    mediaType: mediaType.toLowerCase(),
    ...(value !== undefined && value !== '' && { boundary: value }),
  };
}
