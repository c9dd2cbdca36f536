import { Readable } from 'node:stream';
import { Agent, errors } from 'undici';
import { ProblemError } from '../../domain/index.ts';

/** A request as it goes on the wire. */
export interface OutgoingRequest {
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body?: Readable | AsyncIterable<Uint8Array> | Uint8Array;
  readonly signal?: AbortSignal;
}

/** An answer whose head has arrived. Read the body to its end or `destroy()` it. */
export interface IncomingAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
}

/** Connections to one backend. A redirect is an answer like any other: the gateway does not follow it. */
export interface UpstreamConnection {
  /**
   * Rejects with `ProblemError` `upstream-unavailable` where no connection was made, and with
   * `upstream-timeout` where the (whole) answer did not come; then the request may have been carried out.
   */
  request(request: OutgoingRequest): Promise<IncomingAnswer>;
  stop(): Promise<void>;
}

/** See `UpstreamConnection`. */
export function createUpstreamConnection(options: {
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly maxConnections: number;
}): UpstreamConnection {
  const agent = new Agent({
    connect: { timeout: options.connectTimeoutMs },
    connections: options.maxConnections,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    pipelining: 1,
    strictContentLength: true,
  });
  return {
    async request({ origin, target, method, rawHeaders, body, signal }) {
      try {
        const answer = await agent.request({
          origin,
          path: target,
          method,
          headers: [...rawHeaders],
          responseHeaders: 'raw',
          body: asBody(body),
          ...(signal ? { signal } : {}),
        });
        return {
          status: answer.statusCode,
          statusText: answer.statusText ?? '',
          rawHeaders: rawHeadersOf(answer.headers),
          body: answer.body,
        };
      } catch (cause) {
        throw problemOf(cause);
      }
    },
    stop: () => agent.destroy(),
  };
}

function asBody(body: OutgoingRequest['body']): Readable | Uint8Array | null {
  if (body === undefined) return null;
  return body instanceof Uint8Array || body instanceof Readable ? body : Readable.from(body);
}

/** The problem for the caller where no answer was received. */
export function problemOf(cause: unknown): ProblemError {
  const kind = wasNeverSent(cause) ? 'upstream-unavailable' : 'upstream-timeout';
  return new ProblemError({ kind }, { cause });
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function wasNeverSent(cause: unknown): boolean {
  if (cause instanceof errors.ConnectTimeoutError) return true;
  return typeof cause === 'object' && cause !== null && 'code' in cause && NEVER_SENT.has(String(cause.code));
}

/** With `responseHeaders: 'raw'` undici gives names and values in turn, as text or as bytes. */
function rawHeadersOf(headers: unknown): string[] {
  if (!Array.isArray(headers)) throw new TypeError('undici gives raw headers where it is asked to');
  return headers.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)));
}
