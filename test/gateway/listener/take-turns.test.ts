import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { takeTurns } from '../../../src/gateway/listener/take-turns.ts';

let server: Server | undefined;
let stopping = false;
afterEach(() => {
  stopping = false;
  server?.close();
  server?.closeAllConnections();
});

/** For connections that the server has to shut. */
const FOREVER = Promise.race<void>([]);

/** Everything that comes back on one connection until the server shuts it, or it is enough, or the patience is over. */
async function send(
  handle: (...exchange: Parameters<RequestListener>) => Promise<void> | void,
  bytes: string,
  patience: Promise<void> = pause(500),
  isEnough: (received: string) => boolean = () => false,
): Promise<string> {
  server = createServer(
    { keepAliveTimeout: 0 },
    takeTurns(
      (...exchange) => void handle(...exchange),
      () => stopping,
    ).handle,
  );
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  const enough = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (isEnough(received)) enough.resolve();
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await Promise.race([new Promise((closed) => socket.once('close', closed)), patience, enough.promise]);
  socket.destroy();
  return received;
}

const get = (count: number): string =>
  Array.from({ length: count }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
const answered = (received: string): number => received.match(/HTTP\/1\.1 200/g)?.length ?? 0;

describe('requests that are sent before their answers are read', () => {
  it('pipelined requests are answered all and in order, never two at once', async () => {
    let underWay = 0;
    let most = 0;
    const received = await send(async (request, response) => {
      most = Math.max(most, ++underWay);
      await pause(5);
      underWay -= 1;
      response.end(`[${request.url}]`);
    }, get(10));
    expect(received.match(/\[\/\d\]/g)).toEqual(Array.from({ length: 10 }, (_, index) => `[/${index}]`));
    expect(most).toBe(1);
  });

  it.each([34, 200])(
    'pipelined requests are answered all where %d of them come in one piece',
    async (count) => {
      const received = await send(
        (request, response) => void response.end(`[${request.url}]`),
        get(count),
        FOREVER,
        (text) => answered(text) === count,
      );
      expect(received.match(/\[\/\d+\]/g)).toEqual(
        Array.from({ length: count }, (_, index) => `[/${index}]`),
      );
    },
  );

  it('pipelined requests are answered all where thousands come in many pieces, and few of them wait at once', async () => {
    // One piece that is read holds fewer than may wait.
    const long = get(3000).replaceAll('Host: x', `Host: x\r\nX-Padding: ${'x'.repeat(500)}`);
    const received = await send(
      (_request, response) => void response.end('x'),
      long,
      FOREVER,
      (text) => answered(text) === 3000,
    );
    expect(answered(received)).toBe(3000);
  });

  it('pipelined requests get the answers up to a bound where more than that come in one piece, and the connection shuts', async () => {
    let handled = 0;
    const received = await send(
      (_request, response) => {
        handled += 1;
        response.end('x');
      },
      get(270),
      FOREVER,
    );
    expect(answered(received)).toBe(257);
    expect(received.toLowerCase()).toContain('connection: close');
    expect(handled).toBe(257);
  });

  it('pipelined requests cost a connection no more than the one that is answered, however many they are', async () => {
    let handled = 0;
    await send(() => {
      handled += 1;
    }, get(5000));
    expect(handled).toBe(1);
  });
});

describe('a connection whose answer has begun when the server goes down', () => {
  const handle: Parameters<typeof send>[0] = async (request, response) => {
    response.setHeader('Content-Length', 8);
    response.write('half');
    await pause(5);
    stopping = true;
    response.end(`end${request.url?.slice(1)}`);
  };

  it('a connection of a server that stops is shut after the answer, although its head promised more', async () => {
    const received = await send(handle, get(1), FOREVER);
    expect(received).toMatch(/keep-alive[\s\S]*halfend0$/);
  });

  it('a connection of a server that stops is shut only when everything that waits on it is answered', async () => {
    expect(answered(await send(handle, get(3), FOREVER))).toBe(3);
  });
});
