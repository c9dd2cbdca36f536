import { type Json, type JsonLine, ProblemError, type WireRequestHead } from '../../domain/index.ts';
import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';
import { readContentType } from './content-type.ts';
import type { IncomingBody } from './incoming-body.ts';
import { requirePlainEncoding } from './receive-pictures.ts';

/**
 * The deepest JSON that is accepted. Documented bodies have at most three levels, and recursive code needs
 * stack for each level.
 */
const MAX_JSON_DEPTH = 64;

/**
 * The largest JSON body. The documented ones are lists of ids. It is held in memory, so every place of
 * admission may cost this much.
 */
const MAX_JSON_BYTES = 262_144;

/** The largest list of JSON lines, which is held in memory as well, and the most lines that it may have. */
const MAX_LINES_BYTES = 2_097_152;
const MAX_LINES = 1_000;

const LINE_TYPES = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl']);

/**
 * Receives a JSON body. Throws `body-missing`, `unsupported-media-type`, `body-malformed` (`limits` past 256
 * KiB), and what `IncomingBody.open` throws.
 */
export async function receiveJson(body: IncomingBody, head: WireRequestHead): Promise<Json> {
  return parseJson(await receiveText(body, head, isJson, MAX_JSON_BYTES));
}

/**
 * Receives a list of JSON values, one a line. Empty lines are left out. A line that is not JSON has no value.
 * Throws like `receiveJson` (`limits` past 2 MiB or 1,000 lines).
 */
export async function receiveJsonLines(
  body: IncomingBody,
  head: WireRequestHead,
): Promise<readonly JsonLine[]> {
  const text = decode(await receiveText(body, head, isJsonLines, MAX_LINES_BYTES));
  const lines = text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [{ line, row: at + 1 }]));
  if (lines.length > MAX_LINES) throw new ProblemError({ kind: 'body-malformed', reason: 'limits' });
  return lines.map(({ line, row }) => {
    const value = valueOf(line);
    return { row, ...(value !== undefined && { value }) };
  });
}

async function receiveText(
  body: IncomingBody,
  head: WireRequestHead,
  isTaken: (mediaType: string | undefined) => boolean,
  maxBytes: number,
): Promise<Buffer> {
  if (!body.expected) throw new ProblemError({ kind: 'body-missing' });
  requirePlainEncoding(head.headers['content-encoding']);
  const declared = head.headers['content-type'];
  const { mediaType } = readContentType(declared);
  if (declared !== undefined && declared.trim() !== '' && !isTaken(mediaType)) {
    throw new ProblemError({ kind: 'unsupported-media-type', declared });
  }
  const received = createGrowingBuffer(maxBytes);
  for await (const chunk of body.open()) {
    if (body.receivedBytes > maxBytes) {
      throw new ProblemError({ kind: 'body-malformed', reason: 'limits' });
    }
    received.append(chunk);
  }
  if (received.length === 0) throw new ProblemError({ kind: 'body-missing' });
  return received.bytes();
}

function isJson(mediaType: string | undefined): boolean {
  return mediaType === 'application/json' || mediaType?.endsWith('+json') === true;
}

function isJsonLines(mediaType: string | undefined): boolean {
  return mediaType !== undefined && LINE_TYPES.has(mediaType);
}

function parseJson(bytes: Buffer): Json {
  const text = decode(bytes);
  requireShallow(text);
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ProblemError({ kind: 'body-malformed', reason: 'syntax' });
    throw cause;
  }
}

function valueOf(line: string): Json | undefined {
  requireShallow(line);
  try {
    return JSON.parse(line) as Json;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw new ProblemError({ kind: 'body-malformed', reason: 'syntax' });
    throw cause;
  }
}

/** Brackets in strings do not count. An unclosed string reaches to the end, and is scanned once. */
function requireShallow(text: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_JSON_DEPTH) throw new ProblemError({ kind: 'body-malformed', reason: 'limits' });
  }
}
