import { parse } from 'content-type';

/** A declared content type. */
export interface ContentType {
  /** Lower-case, `multipart/form-data`; absent where none, or no sensible one, was declared. */
  readonly mediaType?: string;
  readonly boundary?: string;
}

/** Longest header and longest boundary that are accepted, in characters. */
const MAX_HEADER_LENGTH = 1_000;

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/;

/**
 * Reads a Content-Type header as far as the intake needs it. Parameters are read as leniently as Starlette and
 * PHP do (docs/decisions/0502). Two joined headers count as undeclared, and so does any text that is not a media
 * type.
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
