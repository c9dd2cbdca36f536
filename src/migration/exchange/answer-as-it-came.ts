import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { IncomingAnswer } from '../upstream/upstream-connection.ts';

/** Gives the client a backend's answer as it comes: status, headers and body untouched. `tap` gets to see each piece. */
export async function streamAnswer(
  response: ServerResponse,
  answer: IncomingAnswer,
  tap: (piece: Buffer) => void,
): Promise<void> {
  writeHead(response, answer);
  answer.body.on('data', tap);
  await pipeline(answer.body, response);
}

/** The same with an answer at hand. */
export function giveAnswer(response: ServerResponse, answer: WholeAnswer): Promise<void> {
  writeHead(response, answer);
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('close', resolve);
  response.end(answer.bytes);
  return promise;
}

function writeHead(
  response: ServerResponse,
  { status, statusText, rawHeaders }: Pick<IncomingAnswer, 'status' | 'statusText' | 'rawHeaders'>,
): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const headers = endToEnd(rawHeaders);
  if (statusText === '') response.writeHead(status, headers);
  else response.writeHead(status, statusText, headers);
}
