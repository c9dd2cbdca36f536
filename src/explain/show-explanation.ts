import { isUtf8 } from 'node:buffer';
import type { Explanation } from './explain-request.ts';

/** An explanation as people and programs read it: bytes named by their length, credentials masked. */
export interface ShownExplanation extends Omit<Explanation, 'response'> {
  /** The request as text. */
  readonly request: string;
  /** The response as text. */
  readonly response: string;
}

/** See `ShownExplanation`; its members are plain JSON. */
export function showExplanation(
  request: Buffer,
  { response, ...explanation }: Explanation,
): ShownExplanation {
  return {
    request: describeMessage(request),
    ...(JSON.parse(JSON.stringify(explanation, summarise)) as typeof explanation),
    response: describeMessage(response),
  };
}

/** Headers that hold a credential. */
const SECRET = /^(authorization|cookie|x-api-key|proxy-authorization|set-cookie):.*$/gim;

/** Head and body as text; a body that is no text is named by its length. */
function describeMessage(message: Buffer): string {
  const text = message.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const head = (end < 0 ? text : text.slice(0, end)).replaceAll('\r\n', '\n').replace(SECRET, '$1: •••');
  const body = end < 0 ? Buffer.alloc(0) : message.subarray(end + 4);
  if (body.byteLength === 0) return head;
  const isText = body.byteLength <= 4_096 && isUtf8(body) && !body.includes(0);
  return `${head}\n\n${isText ? body.toString('utf8') : `(${body.byteLength} bytes)`}`;
}

/** Bytes are named by their length, secrets not at all. */
function summarise(name: string, value: unknown): unknown {
  if (typeof value === 'string' && ['secret', 'accessToken'].includes(name)) return '•••';
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
  return isBuffer && 'data' in value && Array.isArray(value.data) ? `(${value.data.length} bytes)` : value;
}
