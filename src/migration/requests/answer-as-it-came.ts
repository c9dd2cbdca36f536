import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { IncomingAnswer } from '../upstream/upstream-connection.ts';

/**
 * Gives the client a backend's answer as it comes: status, headers and body untouched. `tap` sees each piece.
 */
export async function streamAnswer(
  response: ServerResponse,
  answer: IncomingAnswer,
  tap: (piece: Buffer) => void,
): Promise<void> {
  try {
    writeHead(response, answer);
    answer.body.on('data', tap);
    await pipeline(answer.body, response);
  } finally {
    // Frees the connection to the backend also where the head could not be written.
    answer.body.destroy();
  }
}

/** Does the same with an answer that is in memory. A client that has left gets none. */
export async function giveAnswer(response: ServerResponse, answer: WholeAnswer): Promise<void> {
  if (response.destroyed || response.closed || response.socket?.destroyed !== false) return;
  writeHead(response, answer);
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('close', resolve);
  response.end(answer.bytes);
  await promise;
}

function writeHead(
  response: ServerResponse,
  { status, statusText, rawHeaders }: Pick<IncomingAnswer, 'status' | 'statusText' | 'rawHeaders'>,
): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const headers = endToEnd(rawHeaders);
  const reason = reasonPhrase(statusText);
  if (reason === '') response.writeHead(status, headers);
  else response.writeHead(status, reason, headers);
}

/**
 * The reason phrase as it came. It was read as UTF-8 and is written as Latin-1, byte for byte. Bytes that
 * were not UTF-8 are already lost and become `?`. Node refuses control characters.
 */
function reasonPhrase(statusText: string): string {
  return Buffer.from(statusText.replaceAll('\u{fffd}', '?'))
    .toString('latin1')
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
