import { parse } from 'content-type';

/** A declared content type. */
export interface ContentType {
  /** Lower-case, `multipart/form-data`; absent where none, or no sensible one, was declared. */
  readonly mediaType?: string;
  readonly boundary?: string;
}

/** A longer header is no content type, and a longer boundary no boundary, in characters. */
const MAX_HEADER_LENGTH = 1_000;

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/**
 * Reads a Content-Type header as far as the intake needs it. Parameters are read as leniently as Starlette and PHP read them
 * (docs/decisions/0502). Two headers that were joined, and anything else that is no media type, count as undeclared.
 */
export function readContentType(header: string | undefined): ContentType {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return {};
  const { index } = parse(header, { comma: true });
  const next = parse(header, { start: index + 1, parameters: false });
  // A comma may also belong to a boundary.
  const isJoined = MEDIA_TYPE.test(next.type);
  const { type, parameters } = parse(header);
  if (isJoined || !MEDIA_TYPE.test(type)) return {};
  const { boundary } = parameters;
  return { mediaType: type, ...(boundary !== undefined && boundary !== '' && { boundary }) };
}
