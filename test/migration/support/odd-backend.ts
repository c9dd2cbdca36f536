import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { markedPicture } from '../../chaos/marked-picture.ts';
import { aGif } from '../../support/pictures.ts';

/** How a backend may be odd; each is the first segment of its path, so that one process is many backends. */
export const ODDITIES = [
  'plain',
  'compressed',
  'pictures elsewhere',
  'redirecting',
  'an hour ahead',
  'another server',
  'refusing',
  'empty',
] as const;

/** One of {@link ODDITIES}. */
export type Oddity = (typeof ODDITIES)[number];

/** v1 backends in a process of their own. */
export interface OddBackends {
  /** The base address of the one with an oddity. */
  baseUrl(oddity: Oddity): string;
  stop(): Promise<void>;
}

/** Starts the process. Customer 5000 has a JPEG, 5001 a GIF, which v1 does not take, 5002 has no picture. */
export async function startOddBackends(): Promise<OddBackends> {
  const child = fork(import.meta.filename, [], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  return {
    baseUrl: (oddity) => `${url}/${encodeURIComponent(oddity)}`,
    async stop() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** Answers v1's read of a customer, and the pictures that it names. */
async function serve(): Promise<string> {
  const pictures: Readonly<Record<string, Buffer>> = { 5000: markedPicture(1), 5001: await aGif() };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, oddity = '', , kind, id = ''] = decodeURIComponent(pathname).split('/');
    const picture = pictures[id];
    if (kind === 'files' && picture)
      return void response.setHeader('Content-Type', 'image/jpeg').end(picture);
    const base = `http://${request.headers.host}/${encodeURIComponent(oddity)}`;
    const imageUrl = picture && oddity !== 'empty' ? `${base}/v1/files/${id}` : undefined;
    answer(oddity as Oddity, response, { id: Number(id), firstName: 'Somebody', imageUrl });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(
  oddity: Oddity,
  response: ServerResponse,
  customer: { readonly id: number; readonly firstName: string; readonly imageUrl: string | undefined },
): void {
  const json = (value: object, status = 200) =>
    void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  switch (oddity) {
    case 'compressed':
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
      return void response.end(gzipSync(JSON.stringify(customer)));
    case 'pictures elsewhere':
      return json({ ...customer, imageUrl: customer.imageUrl && 'https://pictures.example.com/1.jpg' });
    case 'redirecting':
      return void response.writeHead(302, { Location: 'http://internal.example/v1' }).end();
    case 'an hour ahead':
      response.setHeader('Date', new Date(Date.now() + 3_600_000).toUTCString());
      return json(customer);
    case 'another server':
      return void response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>404 Not Found</h1>');
    case 'refusing':
      return json({ errorMessage: 'who are you?' }, 401);
    default:
      return json(customer);
  }
}

if (import.meta.main) process.send?.(await serve());
