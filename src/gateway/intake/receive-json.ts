import { type Json, ProblemError, type WireRequestHead } from '../../domain/index.ts';
import { parseContentType } from './content-type.ts';
import type { IncomingBody } from './incoming-body.ts';
import { requirePlainEncoding } from './receive-pictures.ts';

/** The largest JSON body; the documented ones are lists of ids. Held in memory, so it counts for every place of admission. */
const MAX_JSON_BYTES = 262_144;

/**
 * Receives a JSON body. Throws `body-missing`, `unsupported-media-type`, `body-malformed` (`limits` past 256 KiB), and what
 * `IncomingBody.read` throws.
 */
export async function receiveJson(body: IncomingBody, head: WireRequestHead): Promise<Json> {
  if (!body.expected) throw new ProblemError({ kind: 'body-missing' });
  requirePlainEncoding(head.headers['content-encoding']);
  const declared = head.headers['content-type'];
  const { mediaType } = parseContentType(declared);
  if (declared !== undefined && declared.trim() !== '' && !isJson(mediaType)) {
    throw new ProblemError({ kind: 'unsupported-media-type', declared });
  }
  const chunks: Buffer[] = [];
  await body.read((chunk) => {
    chunks.push(chunk);
    if (body.receivedBytes > MAX_JSON_BYTES) {
      throw new ProblemError({ kind: 'body-malformed', reason: 'limits' });
    }
    return undefined;
  });
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) throw new ProblemError({ kind: 'body-missing' });
  return parseJson(bytes);
}

function isJson(mediaType: string | undefined): boolean {
  return mediaType === 'application/json' || mediaType?.endsWith('+json') === true;
}

function parseJson(bytes: Buffer): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text) as Json;
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) {
      throw new ProblemError({ kind: 'body-malformed', reason: 'syntax' });
    }
    throw cause;
  }
}
