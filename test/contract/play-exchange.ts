import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { RecordedAnswer, RecordedFile, RecordedRequest } from './transcript.ts';

const BOUNDARY = 'transcript-boundary';

/** What every answer has, or what differs from run to run. `test/gateway` holds them to their own promises. */
const LEFT_OUT = new Set([
  'connection',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'keep-alive',
  'origin-agent-cluster',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]);

/** What an encoder makes of a picture differs between its releases; `test/imaging` holds it to its promises. */
const ENCODED = /"bytes":\d+,"sha256":"[0-9a-f]{64}"/g;

/** Sends a recorded request as it stands and gives the answer as it came. */
export async function playExchange(
  url: string,
  transcriptHeaders: Readonly<Record<string, string>>,
  { method, path, headers, form, raw, json }: RecordedRequest,
): Promise<RecordedAnswer> {
  const body = form ? await multipart(form) : raw ? await bytesOf(raw) : Buffer.from(json ?? '');
  const sent = Object.entries({
    ...transcriptHeaders,
    ...(form ? { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } : {}),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(form || raw || json !== undefined ? { 'content-length': String(body.byteLength) } : {}),
    ...headers,
  }).filter((header): header is [string, string] => header[1] !== null);
  const { promise, resolve, reject } = Promise.withResolvers<RecordedAnswer>();
  const { hostname, port } = new URL(url);
  const request = httpRequest(
    { hostname, port, method, path, headers: Object.fromEntries(sent), agent: false },
    (answer) => {
      buffer(answer).then(
        (text) =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(sortHeaders(answer.rawHeaders)),
            body: text.toString().replace(ENCODED, '"bytes":"…","sha256":"…"'),
          }),
        reject,
      );
    },
  );
  request.on('error', reject);
  request.end(body);
  return promise;
}

function sortHeaders(raw: readonly string[]): [string, string][] {
  const pairs = raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 && !LEFT_OUT.has(name.toLowerCase()) ? [[name, raw[index + 1] ?? '']] : [],
  );
  return pairs.sort(([one], [other]) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
}

async function multipart(parts: NonNullable<RecordedRequest['form']>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const name = part.name === null ? '' : `; filename="${part.name ?? part.picture ?? 'file'}"`;
    pieces.push(
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${part.field}"${name}\r\n\r\n`),
      await bytesOf(part),
      Buffer.from('\r\n'),
    );
  }
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

async function bytesOf({ picture, firstBytes, text }: RecordedFile): Promise<Buffer> {
  if (picture === undefined) return Buffer.from(text ?? '');
  const bytes = await readFile(join(import.meta.dirname, '../fixtures', picture));
  return bytes.subarray(0, firstBytes);
}
