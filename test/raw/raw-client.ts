import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** An answer as it came over a plain socket. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; repeats joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What to do on the socket. */
export interface RawScript {
  /** Sent in turn, each as a write of its own; a number waits that many milliseconds. */
  readonly send: readonly (string | Buffer | number)[];
  /** Close our side after sending, keep reading. */
  readonly halfClose?: boolean;
  /** The request was HEAD: no body follows the headers. */
  readonly bodiless?: boolean;
}

/** Longest wait for an answer; a server that never answers fails the test here and not in the runner's timeout. */
const PATIENCE_MS = 20_000;

/**
 * Speaks bytes to a server and reads its first final answer (`100 Continue` is passed over). Rejects when the connection ends before an
 * answer is whole.
 */
export async function converse(port: number, script: RawScript): Promise<RawAnswer> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const answer = readAnswer(socket, script.bodiless === true);
  answer.catch(() => {});
  try {
    for (const piece of script.send) {
      if (typeof piece === 'number') await pause(piece);
      else if (socket.writable) socket.write(piece);
    }
    if (script.halfClose) socket.end();
    return await answer;
  } finally {
    socket.destroy();
  }
}

function readAnswer(socket: Socket, bodiless: boolean): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const patience = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
    const look = () => {
      const found = parseAnswer(received, bodiless);
      if (!found) return;
      clearTimeout(patience);
      resolve(found);
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      look();
    });
    const ended = (why: string) => () => {
      clearTimeout(patience);
      reject(new Error(`${why} after ${JSON.stringify(received.toString('latin1').slice(0, 200))}`));
    };
    socket.on('end', ended('the server closed'));
    socket.on('close', ended('the connection closed'));
    socket.on('error', (cause: Error) => ended(cause.message)());
  });
}

/** The first final answer in the bytes, once it is whole. Bodies are only understood by Content-Length and chunks. */
export function parseAnswer(bytes: Buffer, bodiless = false): RawAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (status === 100) return parseAnswer(bytes.subarray(end + 4), bodiless);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const rest = bytes.subarray(end + 4);
  if (bodiless || status === 204 || status === 304) return { status, headers, body: Buffer.alloc(0) };
  if (headers['transfer-encoding'] === 'chunked') return undefined;
  const length = Number(headers['content-length'] ?? 0);
  return rest.length >= length ? { status, headers, body: rest.subarray(0, length) } : undefined;
}
