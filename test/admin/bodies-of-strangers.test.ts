import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { document } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

let admin: AdminGateway;
beforeAll(async () => {
  admin = await startAdminGateway((demo) => ({
    ...demo,
    limits: { ...demo.limits, maxConnections: 8, headersTimeoutSeconds: 1 },
  }));
});
afterAll(() => admin.gateway.stop());

const changes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((method) => method !== 'get' && path !== '/session')
    .map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'demo')] as const),
);

describe('the admin port', () => {
  it.each(changes)(
    'the admin port reads no body of %s %s before it knows who sends it',
    async (method, path) => {
      const response = await send(method, path, '{"not well-formed', {});
      expect(response.status).toBe(401);
    },
  );

  it.each([
    ['/session', 'application/json'],
    ['/keys', 'application/json'],
    ['/jobs', 'application/json'],
    ['/jobs/demo/rows', 'application/x-ndjson'],
  ])('the admin port refuses a compressed body to %s', async (path, type) => {
    const response = await send('POST', path, gzipSync('{}'), {
      authorization: `Bearer ${admin.tokens.admin}`,
      'content-type': type,
      'content-encoding': 'gzip',
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      415,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ title: 'Unsupported Media Type', status: 415 });
  });

  it('the admin port closes connections that send no head, and those above the limit of the gateway', async () => {
    const sockets = Array.from({ length: 9 }, () => openSocket());
    await Promise.all(sockets.map(({ closed }) => closed));
    const answers = sockets.map(({ received }) => received().split('\r\n')[0]);
    expect(answers).toContain('HTTP/1.1 408 Request Timeout');
    expect(answers).toContain('');
  });
});

function send(
  method: string,
  path: string,
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(`${admin.adminUrl}/admin/v1${path}`, {
    method,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A connection that sends half a head. */
function openSocket(): { readonly closed: Promise<void>; readonly received: () => string } {
  const socket = connect(Number(new URL(admin.adminUrl).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  // A connection above the limit is reset.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  socket.write('GET /admin/v1/session HTTP/1.1\r\nHost: localhost\r\n');
  return { closed, received: () => received };
}
