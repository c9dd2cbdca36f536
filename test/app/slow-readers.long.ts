import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

/** More than the system keeps of what is sent on a connection, in bytes; as far as so many requests go that may wait for their turn. */
const UNREAD_BYTES = 30_000_000;
const MOST_REQUESTS = 250;
const CONNECTIONS = 8;

let folder: string;
let gateway: GatewayProcess;
let picture: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-readers-'));
  const config = join(folder, 'polyface.yaml');
  const limits = 'limits: { bodyTimeoutSeconds: 2, keepAliveTimeoutSeconds: 3600 }\n';
  await writeFile(config, `${await readFile(DEMO_FILE, 'utf8')}\n${limits}`);
  gateway = await startGatewayProcess(['--config', config, '--data-dir', join(folder, 'data')]);
  const answer = await fetch(`${gateway.url}/native/v1/subjects/ada/image`, {
    method: 'PUT',
    headers: { authorization: 'Bearer demo-native-key', 'content-type': 'image/jpeg' },
    body: await readFile(join(import.meta.dirname, '../fixtures/camera.jpg')),
  });
  await answer.arrayBuffer();
  picture = '/native/v1/subjects/ada/image';
});
afterAll(async () => {
  await gateway.end();
  await rm(folder, { recursive: true, force: true });
});

/** How many sockets the gateway holds. */
async function socketsOfGateway(): Promise<number> {
  const fds = `/proc/${gateway.child.pid}/fd`;
  const targets = await Promise.all(
    (await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => 'gone')),
  );
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Asks again and again on one connection, and reads nothing. */
async function askWithoutReading(path: string, times: number): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  const request = `GET ${path} HTTP/1.1\r\nHost: polyface\r\nAuthorization: Bearer demo-native-key\r\n\r\n`;
  socket.write(request.repeat(times));
  return socket;
}

describe('clients that never read', () => {
  it.each([
    ['a page', () => '/docs/assets/swagger-ui-bundle.js'],
    ['a picture', () => picture],
    ['an API document', () => '/openapi/smartsheet.json'],
  ])('clients that never read hold no connection through %s', async (_what, path) => {
    const first = await fetch(gateway.url + path(), {
      headers: { authorization: 'Bearer demo-native-key', connection: 'close' },
    });
    expect(first.status).toBe(200);
    const { byteLength } = await first.arrayBuffer();
    const times = Math.min(MOST_REQUESTS, Math.ceil(UNREAD_BYTES / byteLength));
    const before = await socketsOfGateway();
    const clients = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => askWithoutReading(path(), times)),
    );
    await until(async () => (await socketsOfGateway()) >= before + CONNECTIONS);
    await until(async () => (await socketsOfGateway()) <= before);
    for (const client of clients) client.destroy();
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}
