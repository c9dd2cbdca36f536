import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cutSlowReaders } from '../../../src/gateway/listener/cut-slow-readers.ts';

const LIMITS = { bodyTimeoutSeconds: 0.3, minBytesPerSecond: 50_000_000, minRateWindowSeconds: 0.2 };

describe('cutSlowReaders', () => {
  const slowest = cutSlowReaders(LIMITS);
  const silent = cutSlowReaders({ ...LIMITS, minBytesPerSecond: 0 });
  const page = Buffer.alloc(32 << 20);
  const waitsForBackend = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    (request.url === '/rate' ? slowest : silent).watch(response);
    if (request.url !== '/backend') return void response.end(page);
    response.write('first');
    void waitsForBackend.promise.then(() => response.end('last'));
  });
  let port = 0;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    slowest.stop();
    silent.stop();
    server.close();
    server.closeAllConnections();
  });

  async function request(path: string) {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const [connection] = await accepted;
    return { socket, closed: once(connection, 'close') };
  }

  it('cutSlowReaders closes the connection of a client that reads nothing', async () => {
    const { socket, closed } = await request('/silence');
    await closed;
    socket.destroy();
  });

  it('cutSlowReaders closes the connection of a client that reads too slowly', async () => {
    const { socket, closed } = await request('/rate');
    const sip = setInterval(() => socket.read(100_000), 50);
    await closed;
    clearInterval(sip);
    socket.destroy();
  });

  it('cutSlowReaders leaves a client alone that waits for a backend', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/backend`);
    setTimeout(waitsForBackend.resolve, 2_000 * LIMITS.bodyTimeoutSeconds);
    expect(await answer.text()).toBe('firstlast');
  });
});
