import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';

/** How much of an answer's body is kept. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The bytes of an exchange that went over the connection. */
export interface ExchangeRecording {
  /**
   * The request's body without the framing of chunks, as far as it came; absent where it is too long to be
   * kept.
   */
  readonly requestBody: Buffer | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/**
 * Keeps a copy of the bytes that are received and sent, and does not consume the stream. It sees the bytes when
 * the connection passes them to the request, and when the response is written.
 */
export function recordExchange(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): ExchangeRecording {
  const received = createCopy(maxBytes);
  const sent = createCopy(MAX_ANSWER_BYTES);
  // Bytes that came while the session was starting are copied and put back.
  const early: unknown = request.readableLength > 0 ? request.read() : undefined;
  if (early instanceof Uint8Array) {
    received.add(early);
    request.unshift(early);
  }
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    received.add(chunk);
    return push(chunk, encoding);
  };
  const write = response.write.bind(response) as (...given: unknown[]) => boolean;
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
  Object.assign(response, {
    write(...given: unknown[]) {
      sent.add(given[0]);
      return write(...given);
    },
    end(...given: unknown[]) {
      sent.add(given[0]);
      return end(...given);
    },
  });
  return {
    get requestBody() {
      // A copy, because it is kept, and the buffer may be twice as long.
      return received.isCut() ? undefined : Buffer.from(received.bytes());
    },
    get responseHeaders() {
      return Object.fromEntries(
        Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
      );
    },
    get responseBody() {
      const isText = /json|text|xml/.test(String(response.getHeader('content-type') ?? ''));
      return isText ? sent.bytes().toString('utf8') : '';
    },
  };
}

function createCopy(maxBytes: number) {
  const kept = createGrowingBuffer(maxBytes);
  let cut = false;
  return {
    add(chunk: unknown) {
      const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (!(piece instanceof Uint8Array) || cut) return;
      cut = piece.byteLength > maxBytes - kept.length;
      kept.append(piece.subarray(0, maxBytes - kept.length));
    },
    isCut: () => cut,
    bytes: kept.bytes,
  };
}
