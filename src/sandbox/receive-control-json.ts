import type { IncomingMessage } from 'node:http';
import { createGrowingBuffer } from '../temporary-files/growing-buffer.ts';

/** The longest request. A longer one is read and discarded, so that the caller gets an answer. */
const MAX_BYTES = 102_400;

/** A body of the control pages, or what is wrong with it. */
export type ControlJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: 400 | 413; readonly error: string };

/**
 * Receives a body as JSON, regardless of its declared type, because `curl -d` does not declare JSON. Rejects
 * where the caller leaves.
 */
export async function receiveControlJson(
  request: IncomingMessage,
  maxBytes: number = MAX_BYTES,
): Promise<ControlJson> {
  const received = createGrowingBuffer(maxBytes);
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) received.append(chunk);
  }
  if (bytes > maxBytes) {
    return { kind: 'refused', status: 413, error: `the body is longer than ${maxBytes} bytes` };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(received.bytes());
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch (cause) {
    const why = Error.isError(cause) ? cause.message : String(cause);
    return { kind: 'refused', status: 400, error: `the body is no JSON: ${why}` };
  }
}
