import type { Readable } from 'node:stream';
import { type Json, ProblemError, type UpstreamAnswer } from '../../domain/index.ts';
import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';
import { decodeAnswer } from './decode-answer.ts';
import { joinHeaders } from './hop-by-hop.ts';
import { type IncomingAnswer, problemOf } from './upstream-connection.ts';

/** The longest answer that is read as a whole, in bytes: these APIs answer in JSON. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** An answer that was read to its end. */
export interface WholeAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly rawHeaders: readonly string[];
  readonly bytes: Uint8Array;
}

/** Reads an answer to its end. Rejects with `ProblemError` `upstream-timeout` where it breaks off. */
export async function readWhole(answer: IncomingAnswer): Promise<WholeAnswer> {
  const bytes = await collect(answer.body);
  return { status: answer.status, statusText: answer.statusText, rawHeaders: answer.rawHeaders, bytes };
}

/** An answer as plain values for a dialect. */
export function asUpstreamAnswer({ status, rawHeaders, bytes }: WholeAnswer): UpstreamAnswer {
  const headers = joinHeaders(rawHeaders);
  const text = Buffer.from(decodeAnswer(bytes, headers['content-encoding']) ?? bytes).toString('utf8');
  const json = parseJson(text);
  return { status, headers, ...(json === undefined ? {} : { json }), text };
}

async function collect(body: Readable): Promise<Uint8Array> {
  const received = createGrowingBuffer(MAX_ANSWER_BYTES);
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      received.append(piece);
      if (received.length > MAX_ANSWER_BYTES) throw new ProblemError({ kind: 'upstream-unavailable' });
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problemOf(cause);
  }
  return received.bytes();
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
