import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import type { LimitSettings } from '../../settings/settings.ts';
import { watchBodyPace } from './body-pace.ts';
import { ClientGone } from './client-gone.ts';

/** Gets a piece of a body. */
export type TapBody = (chunk: Buffer) => Promise<unknown> | undefined;

/** The body of one request, from its head on. */
export interface IncomingBody {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the head announces a body: a length above 0, or chunks. */
  readonly expected: boolean;
  /** Content-Length; absent for chunked bodies. */
  readonly announcedBytes?: number;
  /** Bytes read so far. */
  readonly receivedBytes: number;
  /** Whether the client waits for `100 Continue` and has not been told to go on. */
  readonly heldBack: boolean;
  /** Aborts, with the reason, when the rest of the body is not wanted any more. */
  readonly signal: AbortSignal;
  /** Whether the rest will not come, or cannot be read. Then there is nothing left to drain. */
  readonly broken: boolean;
  /** Stops the reading, because the part that has arrived is reason enough to refuse. */
  refuse(reason: Error): void;
  /** Stops the reading because the rest will not come. */
  breakOff(reason: Error): void;
  /**
   * Asks for the body and gives its bytes; call it once. The stream fails with `request-timeout` for silence
   * and for less than the slowest rate, with `ClientGone` when the client leaves, and with the reasons given
   * to `refuse` and `breakOff`. A reader that destroys the stream leaves the rest of the body on the
   * connection.
   */
  open(): Readable;
  /**
   * Passes each piece of the body to `onChunk` before the reader gets it, no matter which part opens the
   * body. A promise holds the sender back.
   */
  tap(onChunk: TapBody): void;
}

/** Watches over a request's body. */
export function createIncomingBody(
  request: IncomingMessage,
  response: ServerResponse,
  limits: Pick<LimitSettings, 'bodyTimeoutSeconds' | 'minBytesPerSecond' | 'minRateWindowSeconds'>,
): IncomingBody {
  const failure = new AbortController();
  const announced = announcedBytes(request);
  let receivedBytes = 0;
  let heldBack = /^100-continue$/i.test(request.headers.expect ?? '');
  let broken = false;
  let onChunk: TapBody | undefined;
  const refuse = (reason: Error) => failure.abort(reason);
  const goAhead = () => {
    if (heldBack) response.writeContinue();
    heldBack = false;
  };
  const breakOff = (reason: Error) => {
    broken = true;
    failure.abort(reason);
  };
  // Without this listener an aborted request would go unnoticed. When the connection breaks half-way, both
  // events come.
  request.on('error', (cause: Error) => breakOff(new ClientGone({ cause })));
  // A write to a connection that has just gone fails here. The error reaches the reader through the request.
  response.on('error', (cause: Error) => breakOff(new ClientGone({ cause })));
  request.on('close', () => {
    if (!request.complete) breakOff(new ClientGone());
  });

  return {
    request,
    response,
    expected: announced === undefined ? request.headers['transfer-encoding'] !== undefined : announced > 0,
    ...(announced !== undefined && { announcedBytes: announced }),
    get receivedBytes() {
      return receivedBytes;
    },
    get heldBack() {
      return heldBack;
    },
    get broken() {
      return broken;
    },
    signal: failure.signal,
    refuse,
    breakOff,
    tap(next) {
      onChunk = next;
    },
    open() {
      goAhead();
      const stream = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          receivedBytes += chunk.length;
          pace.received(chunk.length);
          const waiting = onChunk?.(chunk);
          const passOn = () => done(null, chunk);
          if (waiting) waiting.then(passOn, done);
          else passOn();
        },
      });
      const pace = watchBodyPace(stream, limits, breakOff);
      const { signal } = failure;
      const fail = () => stream.destroy(signal.reason);
      if (signal.aborted) fail();
      else signal.addEventListener('abort', fail, { once: true });
      request.once('end', () => pace.stop());
      // The reader gets this error. A client that leaves after the reader has finished must not end the
      // process.
      stream.on('error', () => {});
      stream.once('close', () => {
        pace.stop();
        signal.removeEventListener('abort', fail);
        request.unpipe(stream);
      });
      request.pipe(stream);
      return stream;
    },
  };
}

function announcedBytes(request: IncomingMessage): number | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined) return undefined;
  return length === undefined ? 0 : Number(length);
}
