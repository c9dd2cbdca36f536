import type { Request, Response } from 'express';
import { ProblemError } from '../../domain/index.ts';
import type { BufferGarbage } from '../../memory/buffer-garbage.ts';
import type { LimitSettings } from '../../settings/settings.ts';
import { ClientGone } from './client-gone.ts';
import { pump, type TakeChunk } from './pump.ts';

/** The body of one request, from its head on. */
export interface IncomingBody {
  readonly request: Request;
  readonly response: Response;
  /** Whether the head announces a body: a length above 0, or chunks. */
  readonly expected: boolean;
  /** Content-Length; absent for chunked bodies. */
  readonly announcedBytes?: number;
  /** Bytes read so far. */
  readonly receivedBytes: number;
  /** Whether the client waits for `100 Continue` and has not been told to go on. */
  readonly heldBack: boolean;
  /** Tells a client that is held back to send its body. */
  goAhead(): void;
  /** Aborts, with the reason, when nobody wants the rest of the body any more. */
  readonly signal: AbortSignal;
  /** Whether the rest will not come, or not in a shape that can be read: there is nothing left to drain. */
  readonly broken: boolean;
  /** Stops the reading: what came so far is reason enough. */
  refuse(reason: Error): void;
  /** Stops the reading because the rest will not come. */
  breakOff(reason: Error): void;
  /**
   * Reads the body to its end. Throws `request-timeout` for silence and for less than the slowest rate, `ClientGone` when the client
   * leaves, and what `refuse` and `breakOff` are given.
   */
  read(take: TakeChunk): Promise<void>;
}

/** Watches over a request's body. */
export function createIncomingBody(
  request: Request,
  response: Response,
  limits: Pick<LimitSettings, 'bodyTimeoutSeconds' | 'minBytesPerSecond' | 'minRateWindowSeconds'>,
  garbage: BufferGarbage,
): IncomingBody {
  const failure = new AbortController();
  const announced = announcedBytes(request);
  let receivedBytes = 0;
  let heldBack = /^100-continue$/i.test(request.headers.expect ?? '');
  let broken = false;
  const refuse = (reason: Error) => failure.abort(reason);
  const goAhead = () => {
    if (heldBack) response.writeContinue();
    heldBack = false;
  };
  const breakOff = (reason: Error) => {
    broken = true;
    failure.abort(reason);
  };
  // Without a listener an aborted request would tell nobody; both come when the connection breaks half-way.
  request.on('error', (cause: Error) => breakOff(new ClientGone({ cause })));
  // What is written to a connection that has just gone fails here; the exchange hears of it from the request.
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
    goAhead,
    signal: failure.signal,
    refuse,
    breakOff,
    async read(take) {
      goAhead();
      const pace = watchPace(limits, breakOff);
      try {
        await pump(
          request,
          (chunk) => {
            receivedBytes += chunk.length;
            pace.received(chunk.length);
            garbage.passed(chunk.length);
            const pending = take(chunk);
            pace.holdWhile(pending);
            return pending;
          },
          failure.signal,
        );
      } finally {
        pace.stop();
      }
    },
  };
}

function announcedBytes(request: Request): number | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined) return undefined;
  return length === undefined ? 0 : Number(length);
}

/** Cuts a body that falls silent or crawls. Time in which we ourselves hold the sender back does not count. */
function watchPace(
  limits: Pick<LimitSettings, 'bodyTimeoutSeconds' | 'minBytesPerSecond' | 'minRateWindowSeconds'>,
  cut: (reason: Error) => void,
) {
  const tooSlow = () => cut(new ProblemError({ kind: 'request-timeout' }));
  const { minBytesPerSecond, minRateWindowSeconds } = limits;
  let bytesInWindow = 0;
  let held = 0;
  let heldInWindow = false;
  const silence = setTimeout(() => {
    if (held > 0) silence.refresh();
    else tooSlow();
  }, limits.bodyTimeoutSeconds * 1000);
  const rate = setInterval(() => {
    if (!heldInWindow && bytesInWindow < minBytesPerSecond * minRateWindowSeconds) tooSlow();
    bytesInWindow = 0;
    heldInWindow = held > 0;
  }, minRateWindowSeconds * 1000);
  return {
    received(bytes: number) {
      bytesInWindow += bytes;
      silence.refresh();
    },
    holdWhile(pending: Promise<void> | undefined) {
      if (!pending) return;
      held += 1;
      heldInWindow = true;
      const resume = () => {
        held -= 1;
      };
      pending.then(resume, resume);
    },
    stop() {
      clearTimeout(silence);
      clearInterval(rate);
    },
  };
}
