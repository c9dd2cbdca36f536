import {
  mediaTypeOf,
  type ObjectStore,
  type OpenObject,
  ProblemError,
  StoreError,
  type WireBody,
  type WireRequestHead,
  type WireResponse,
} from '../../domain/index.ts';
import { parseRange } from './byte-range.ts';
import { evaluatePreconditions, isSameForRange } from './preconditions.ts';

/** A response whose picture is open, or that needs none. */
export interface PictureResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: OpenObject;
}

/**
 * Headers of every stored picture. It belongs to one person, is revalidated each time it is shown, is never
 * sniffed, and cannot run anything when it is opened as a page. Pages of other origins may embed it.
 */
export const PICTURE_HEADERS = {
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

/**
 * The picture was replaced or deleted after its record had been read. Reading the record again tells which.
 */
export class PictureGone extends ProblemError {
  readonly bodyKey: string;
  constructor(bodyKey: string) {
    super({ kind: 'image-not-found' });
    this.bodyKey = bodyKey;
  }
}

/**
 * Opens a stored picture: conditional requests, HEAD, one byte range. Throws `PictureGone` where the body was
 * removed since the record was read, `StoreError` (`damaged`) where it has another size than the record says,
 * and `conflict` (`precondition`) where the caller's condition does not hold.
 */
export async function buildPictureResponse(
  objects: ObjectStore,
  { status, headers, body }: WireResponse & { readonly body: Extract<WireBody, { kind: 'picture' }> },
  head: WireRequestHead,
): Promise<PictureResponse> {
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
  const verdict = evaluatePreconditions(head.headers, validators);
  if (verdict === 'failed') throw new ProblemError({ kind: 'conflict', reason: 'precondition' });
  if (verdict === 'not-modified') return { status: 304, headers: shared };

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
  if (!opened) throw new PictureGone(picture.key);
  if (opened.totalBytes !== picture.bytes) {
    opened.stream.destroy();
    const cause = new Error(`${picture.key} has ${opened.totalBytes} bytes instead of ${picture.bytes}`);
    throw new StoreError('damaged', { cause });
  }
  return { ...complete, body: opened };
}
