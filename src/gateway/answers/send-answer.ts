import { pipeline } from 'node:stream/promises';
import { jsonText, type WireBody, type WireRequestHead, type WireResponse } from '../../domain/index.ts';
import type { LimitSettings } from '../../settings/settings.ts';
import type { IncomingBody } from '../intake/incoming-body.ts';
import { drain, linger } from './drain.ts';
import type { PictureAnswer } from './picture-answer.ts';

/** An answer, ready to go out. */
export type ReadyAnswer =
  | { readonly kind: 'bytes'; readonly status: number; readonly headers: Headers; readonly bytes?: Buffer }
  | ({ readonly kind: 'picture' } & PictureAnswer);

type Headers = Readonly<Record<string, string>>;

/** Turns an answer in plain values into bytes: compact JSON or text, with its length. */
export function readyAnswer(
  response: WireResponse & { readonly body: Exclude<WireBody, { kind: 'picture' }> },
  head: Pick<WireRequestHead, 'method'>,
): ReadyAnswer {
  const { status, headers, body } = response;
  if (body.kind === 'none') {
    const bare = status === 204 || status === 304 || status < 200;
    return { kind: 'bytes', status, headers: bare ? headers : { ...headers, 'Content-Length': '0' } };
  }
  const bytes = Buffer.from(body.kind === 'json' ? jsonText(body.value) : body.text);
  return {
    kind: 'bytes',
    status,
    headers: { ...headers, 'Content-Length': String(bytes.length) },
    ...(head.method !== 'HEAD' && { bytes }),
  };
}

/**
 * Sends an answer. What is left of the request's body is read and discarded first; where it does not end in time, the answer goes
 * out with `Connection: close` and the connection stays open a while longer before it is shut. A gateway that is going down keeps no
 * connection.
 */
export async function sendAnswer(
  body: IncomingBody,
  answer: ReadyAnswer,
  limits: Pick<LimitSettings, 'drainBytes' | 'drainSeconds' | 'bodyTimeoutSeconds'>,
  isStopping: () => boolean,
): Promise<void> {
  const { response } = body;
  const whole = fitsDrain(body, limits) && (await drain(body, limits)) === 'whole';
  if (response.destroyed || response.headersSent) {
    if (answer.kind === 'picture' && !answer.body?.bytes) answer.body?.stream.destroy();
    return;
  }
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (!whole || isStopping()) response.setHeader('Connection', 'close');

  if (answer.kind === 'picture') {
    // A reader that takes nothing for this long holds an open body for nobody.
    response.setTimeout(limits.bodyTimeoutSeconds * 1000, () => response.destroy());
    if (answer.body?.bytes) await finished(body, answer.body.bytes);
    else if (answer.body) await pipeline(answer.body.stream, response);
    else response.end();
    return;
  }
  if (whole) {
    await finished(body, answer.bytes);
    return;
  }
  // The length is announced, so the client has the whole answer although the response is not ended yet; ending it would shut the
  // connection, and a reset could overtake the answer.
  response.flushHeaders();
  if (answer.bytes) response.write(answer.bytes);
  await linger(body, limits);
  await finished(body);
}

/** Whether draining first can succeed; a longer announced body is answered at once. */
function fitsDrain(
  { announcedBytes = 0, receivedBytes }: IncomingBody,
  { drainBytes }: Pick<LimitSettings, 'drainBytes'>,
): boolean {
  return announcedBytes - receivedBytes <= drainBytes;
}

function finished({ response }: IncomingBody, bytes?: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve).once('finish', resolve);
    if (bytes) response.end(bytes);
    else response.end();
  });
}
