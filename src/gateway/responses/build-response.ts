import { jsonText, type ObjectStore, type WireRequestHead, type WireResponse } from '../../domain/index.ts';
import { buildPictureResponse, type PictureResponse } from './picture-response.ts';

type Headers = Readonly<Record<string, string>>;

/** A response, ready to be sent. */
export type BuiltResponse = {
  /** Facts that the request's log line repeats. */
  readonly logFields?: Readonly<Record<string, string>>;
} & (
  | { readonly kind: 'bytes'; readonly status: number; readonly headers: Headers; readonly bytes?: Buffer }
  | ({ readonly kind: 'picture' } & PictureResponse)
);

/**
 * Answers name people and signed addresses. A shared cache that does not know that a dialect's key is a credential
 * would give them to the next caller.
 */
const NOT_CACHED: Headers = { 'Cache-Control': 'private, no-store' };

/** Turns a response in plain values into bytes, or opens its picture. Throws `PictureGone`. */
export async function buildResponse(
  objects: ObjectStore,
  response: WireResponse,
  head: WireRequestHead,
): Promise<BuiltResponse> {
  const { status, headers, body, logFields } = response;
  const built: BuiltResponse =
    body.kind === 'picture'
      ? { kind: 'picture', ...(await buildPictureResponse(objects, { status, headers, body }, head)) }
      : buildBytesResponse({ status, headers, body }, head);
  return logFields ? { ...built, logFields } : built;
}

/**
 * Turns a response other than a picture into bytes: compact JSON or text, with its length. No cache may keep it,
 * unless the dialect says otherwise.
 */
export function buildBytesResponse(
  {
    status,
    headers: own,
    body,
  }: WireResponse & { readonly body: Exclude<WireResponse['body'], { kind: 'picture' }> },
  { method }: Pick<WireRequestHead, 'method'>,
): Extract<BuiltResponse, { kind: 'bytes' }> {
  const isDecided = Object.keys(own).some((name) => name.toLowerCase() === 'cache-control');
  const headers = isDecided ? own : { ...NOT_CACHED, ...own };
  if (body.kind === 'none') {
    const isBare = status === 204 || status === 304 || status < 200;
    return { kind: 'bytes', status, headers: isBare ? headers : { ...headers, 'Content-Length': '0' } };
  }
  const bytes = Buffer.from(body.kind === 'json' ? jsonText(body.value) : body.text);
  return {
    kind: 'bytes',
    status,
    headers: { ...headers, 'Content-Length': String(bytes.length) },
    ...(method !== 'HEAD' && { bytes }),
  };
}
