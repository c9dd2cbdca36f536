import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { converse, type RawAnswer } from '../raw/raw-client.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

const MAX_CONNECTIONS = 20;

let folder: string;
let gateway: GatewayProcess;
let port: number;
const silent: Socket[] = [];

// A gateway for each test: one that still closes the connections of another test would count them.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-full-'));
  const config = join(folder, 'polyface.yaml');
  const limits = `limits: { maxConnections: ${MAX_CONNECTIONS}, headersTimeoutSeconds: 3600, requestTimeoutSeconds: 3600 }\n`;
  await writeFile(config, `${await readFile(DEMO_FILE, 'utf8')}\n${limits}`);
  gateway = await startGatewayProcess(['--config', config, '--data-dir', join(folder, 'data')]);
  port = Number(new URL(gateway.url).port);
});
afterEach(async () => {
  for (const socket of silent.splice(0)) socket.destroy();
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

/** Connections that say nothing. */
async function hold(count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    silent.push(socket);
    await once(socket, 'connect');
  }
}

const get = (path: string): Promise<RawAnswer> =>
  converse(port, {
    send: [`GET ${path} HTTP/1.1\r\nHost: polyface\r\nX-Api-Key: demo-v1-key\r\n\r\n`],
  });

describe('a gateway whose connections are all taken', () => {
  it.each(['/healthz', '/readyz'])('a gateway whose connections are all taken answers %s', async (path) => {
    await hold(MAX_CONNECTIONS);
    const answer = await get(path);
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close']);
  });

  it('a gateway whose connections are all taken answers health checks however many silent connections are opened', async () => {
    await hold(5 * MAX_CONNECTIONS);
    for (const path of ['/healthz', '/readyz']) expect((await get(path)).status).toBe(200);
  });

  it('a gateway whose connections are all taken tells all other callers, in the words of the dialect, that it is busy', async () => {
    await hold(MAX_CONNECTIONS);
    const answer = await get('/v1/customers/1002');
    expect([answer.status, answer.headers['retry-after'], answer.headers.connection]).toEqual([
      503,
      '5',
      'close',
    ]);
    expect(JSON.parse(answer.body.toString())).toHaveProperty('errorCode');
    for (const path of ['/docs', '/openapi/native.yaml']) expect((await get(path)).status).toBe(503);
  });

  it('a gateway whose connections are all taken serves all callers once connections are free again', async () => {
    await hold(3 * MAX_CONNECTIONS);
    for (const socket of silent.splice(0)) socket.destroy();
    while ((await get('/v1/customers/1002')).status === 503) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await get('/v1/customers/1002')).status).toBe(200);
    expect((await get('/openapi/native.yaml')).status).toBe(200);
  });
});
