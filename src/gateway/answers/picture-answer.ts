import {
  mediaTypeOf,
  type ObjectStore,
  type OpenObject,
  ProblemError,
  type WireBody,
  type WireRequestHead,
  type WireResponse,
} from '../../domain/index.ts';
import { parseRange } from './byte-range.ts';
import { isNotModified, isSameForRange } from './not-modified.ts';

/** An answer whose picture is open, or that turned out to need none. */
export interface PictureAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: OpenObject;
}

/**
 * Headers of every stored picture: it belongs to one person, is asked for anew each time it is shown, is never guessed to be anything
 * else, and can do nothing when it is opened as a page. Images are embedded by pages of other origins.
 */
export const PICTURE_HEADERS = {
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/** The picture was replaced or deleted after its record had been read; whoever reads the record again knows which. */
export class PictureGone extends ProblemError {
  constructor() {
    super({ kind: 'image-not-found' });
  }
}

/**
 * Prepares a stored picture: conditional requests, HEAD, one byte range. Throws `PictureGone` where the body went away since the
 * record was read.
 */
export async function pictureAnswer(
  objects: ObjectStore,
  { status, headers, body }: WireResponse & { readonly body: Extract<WireBody, { kind: 'picture' }> },
  head: WireRequestHead,
): Promise<PictureAnswer> {
  const { picture, attachment, modifiedAtMs } = body;
  const etag = headers.ETag ?? `"${picture.sha256}"`;
  const validators = { etag, ...(modifiedAtMs !== undefined && { modifiedAtMs }) };
  const shared = {
    ...PICTURE_HEADERS,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    ...(modifiedAtMs !== undefined && { 'Last-Modified': new Date(modifiedAtMs).toUTCString() }),
    ...headers,
  };
  if (isNotModified(head.headers, validators)) return { status: 304, headers: shared };

  const described = {
    'Content-Type': mediaTypeOf(picture.format),
    ...(attachment && { 'Content-Disposition': 'attachment' }),
    ...shared,
  };
  const range = isSameForRange(head.headers, validators)
    ? parseRange(head.headers.range, picture.bytes)
    : undefined;
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...shared, 'Content-Range': `bytes */${picture.bytes}`, 'Content-Length': '0' },
    };
  }
  const length = range ? range.last - range.first + 1 : picture.bytes;
  const complete = {
    status: range ? 206 : status,
    headers: {
      ...described,
      'Content-Length': String(length),
      ...(range && { 'Content-Range': `bytes ${range.first}-${range.last}/${picture.bytes}` }),
    },
  };
  if (head.method === 'HEAD') return complete;
  const opened = await objects.get(picture.key, range);
  if (!opened) throw new PictureGone();
  return { ...complete, body: opened };
}
