import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { CommandExecutor } from '../../domain/index.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { handleRequest } from '../handle-request.ts';
import { receiveRequest } from './incoming-request.ts';

/** A request that the program makes to its own gateway, without a connection. */
export interface InternalRequest {
  readonly method: string;
  /** Path and query, as in a request line. */
  readonly target: string;
  /** Names and values in turn, as Node has them. */
  readonly rawHeaders: readonly string[];
  readonly body?: AsyncIterable<Uint8Array>;
  /** Carries out the command. */
  readonly executor: CommandExecutor;
  /** Breaks off the body. */
  readonly signal?: AbortSignal;
}

/** A whole response in bytes, with the headers that every response of the gateway has. */
export interface InternalResponse {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** Sets the headers that every response of the gateway has. */
type CommonHeaders = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Handles a request as if a client had sent it, with the same steps from the route to the response. It is not
 * intercepted, counts against no rate and is not reported. Rejects where the body breaks off.
 */
export async function executeRequest(
  gateway: GatewayContext,
  setCommonHeaders: CommonHeaders,
  { executor, signal, ...request }: InternalRequest,
): Promise<InternalResponse> {
  const message = new InternalMessage(request);
  const incoming = receiveRequest(gateway, message, new ServerResponse(message));
  const breakOff = () => incoming.body.breakOff(signal?.reason);
  if (signal?.aborted) breakOff();
  signal?.addEventListener('abort', breakOff, { once: true });
  try {
    const handled = await handleRequest(gateway, incoming, { executor, unmetered: true });
    if (handled.kind === 'abandoned') throw handled.cause;
    if (handled.kind === 'intercepted') throw new Error('only requests of clients are intercepted');
    const { status, headers } = handled.response;
    return {
      status,
      headers: { ...(await commonHeaders(message, setCommonHeaders)), ...lowerCaseNames(headers) },
      bytes: await bytesOf(handled.response),
    };
  } finally {
    signal?.removeEventListener('abort', breakOff);
    message.destroy();
  }
}

/** Uses a request and a response of its own, because express changes the prototypes of those that it gets. */
async function commonHeaders(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  setCommonHeaders: CommonHeaders,
): Promise<Record<string, string>> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, url, headers });
  const response = new ServerResponse(request);
  await new Promise<void>((resolve) => {
    setCommonHeaders(request, response, resolve);
  });
  return lowerCaseNames(response.getHeaders());
}

function lowerCaseNames(headers: OutgoingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]),
  );
}

async function bytesOf(
  response: Extract<Awaited<ReturnType<typeof handleRequest>>, { kind: 'response' }>['response'],
): Promise<Uint8Array> {
  if (response.kind === 'bytes') return response.bytes ?? Buffer.alloc(0);
  if (!response.body) return Buffer.alloc(0);
  return response.body.bytes ?? buffer(response.body.stream);
}

/** Node's own request, whose body comes from an iterable instead of a socket. */
class InternalMessage extends IncomingMessage {
  readonly #chunks: AsyncIterator<Uint8Array> | undefined;

  constructor({ method, target, rawHeaders, body }: Omit<InternalRequest, 'executor' | 'signal'>) {
    super(new Socket());
    this.method = method;
    this.url = target;
    this.httpVersion = '1.1';
    this.rawHeaders = [...rawHeaders];
    this.headersDistinct = distinctHeaders(rawHeaders);
    this.headers = Object.fromEntries(
      Object.entries(this.headersDistinct).map(([name, values]) => [name, values?.join(', ')]),
    );
    this.#chunks = body?.[Symbol.asyncIterator]();
  }

  override _read(size: number): void {
    super._read(size);
    this.#pushNext().catch((cause: unknown) => {
      this.destroy(cause instanceof Error ? cause : new Error('the body cannot be read', { cause }));
    });
  }

  override _destroy(cause: Error | null, done: (cause?: Error | null) => void): void {
    Promise.resolve(this.#chunks?.return?.()).then(
      () => super._destroy(cause, done),
      (fault: Error) => super._destroy(cause ?? fault, done),
    );
  }

  async #pushNext(): Promise<void> {
    const next = await this.#chunks?.next();
    if (next && next.done !== true) {
      this.push(next.value);
      return;
    }
    this.complete = true;
    this.push(null);
  }
}

function distinctHeaders(rawHeaders: readonly string[]): Record<string, string[]> {
  const distinct = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    distinct.set(name, [...(distinct.get(name) ?? []), rawHeaders[at + 1] ?? '']);
  }
  return Object.fromEntries(distinct);
}
