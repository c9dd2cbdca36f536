import type { IncomingHttpHeaders } from 'node:http';

/** Headers that curl sets itself, or that belong to the connection. */
const OWN = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'keep-alive']);

/** A request as two commands: the first fetches the body as it was sent, the second sends it again. */
export function curlCommand(parts: {
  readonly url: string;
  readonly id: string;
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly session?: string;
}): string {
  const { url, id, method, target, session } = parts;
  const query = session === undefined ? '' : `?session=${encodeURIComponent(session)}`;
  const headers = Object.entries(parts.headers)
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]) => `-H ${quote(`${name}: ${String(value)}`)}`);
  return [
    `curl -so polyface-body ${quote(`${url}/_sandbox/uploads/${id}/body${query}`)} &&`,
    ['curl -i -X', method, ...headers, '--data-binary @polyface-body', quote(`${url}${target}`)].join(' '),
  ].join('\n');
}

/** Quotes for a shell. Within single quotes only the quote itself has a meaning. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
