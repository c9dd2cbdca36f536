import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
const KEY = 'demo-v1-key';
const MAX_CONNECTIONS = 16;
/** As many as may upload at once, all of them with one key, or all of them anonymous from one address. */
const AT_ONCE = 3;
/**
 * More broken-off uploads in all than the shim has connections to the backend: if each leaks one, no client is
 * served any more.
 */
const ROUNDS = 3;

/** What a client does in the middle of its body; resolves to what it was answered. */
const ENDINGS = {
  'a FIN': (socket) => {
    socket.end();
    socket.destroySoon();
    return once(socket, 'close').then(() => undefined);
  },
  'a reset': async (socket) => {
    socket.resetAndDestroy();
    return undefined;
  },
  'a half-closed connection': (socket) => {
    socket.end();
    return text(socket);
  },
  silence: (socket) => text(socket),
  'bytes that are no chunk': (socket) => {
    socket.write('this is not a chunk\r\n');
    return text(socket);
  },
} satisfies Record<string, (socket: Socket) => Promise<string | undefined>>;

type Ending = keyof typeof ENDINGS;

/** The status that a client which still listens is given. */
const STATUS: Readonly<Record<Ending, number | undefined>> = {
  'a FIN': undefined,
  'a reset': undefined,
  'a half-closed connection': 400,
  silence: 408,
  'bytes that are no chunk': 400,
};

describe('an upload through the shim that breaks off', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 4,
      backend: { maxConnections: MAX_CONNECTIONS, timeoutSeconds: 5 },
      limits: { bodyTimeoutSeconds: 1 },
    });
    shim = await house.start();
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  /** Sends a head and the first part of a body, larger than what the shim keeps in memory. */
  async function begin(ending: Ending, key: string | undefined): Promise<Socket> {
    const { hostname, port } = new URL(shim.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    const chunked = ending === 'bytes that are no chunk';
    socket.write(
      [
        'PUT /v1/customers/5000/images HTTP/1.1',
        'Host: shim',
        ...(key === undefined ? [] : [`X-Api-Key: ${key}`]),
        'Content-Type: multipart/form-data; boundary=b',
        chunked ? 'Transfer-Encoding: chunked' : 'Content-Length: 9000000',
        '\r\n',
      ].join('\r\n'),
    );
    const form = `--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n${'x'.repeat(1_500_000)}`;
    socket.write(chunked ? `${form.length.toString(16)}\r\n${form}\r\n` : form);
    // The backend, or the shim's spool, has seen the beginning.
    await until(async () => (await spoolFiles()).length > 0 || (await backend.connections()) > 0);
    return socket;
  }

  async function spoolFiles(): Promise<string[]> {
    const entries = await readdir(join(house.folder, 'data/spool'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  async function put(): Promise<number> {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(1))], { type: 'image/jpeg' }), 'me.jpg');
    const answer = await fetch(`${shim.url}/v1/customers/5001/images`, {
      method: 'PUT',
      headers: { 'x-api-key': KEY },
      body: form,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await put()).toBe(200);
    await until(async () => (await backend.connections()) === 0);
    expect(await spoolFiles()).toEqual([]);
  }

  const advance = async () => (await house.polyface('migrate', 'advance', ...DIALECT)).json.outcome;

  it.each(Object.keys(ENDINGS) as Ending[])(
    'an upload through the shim that breaks off in pass-through by %s leaves no connection to the backend, from anonymous callers either',
    async (ending) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await Promise.all([breakOffAll(ending, KEY), breakOffAll(ending, undefined)]);
      }
      await expectNothingLeft();
    },
  );

  it('an upload through the shim that breaks off does not keep the migration from advancing', async () => {
    expect(await advance()).toBe('arrived');
    expect(await advance()).toBe('arrived');
  });

  it.each(Object.keys(ENDINGS) as Ending[])(
    'an upload through the shim that breaks off in dual-write by %s leaves no file and no connection',
    async (ending) => {
      await breakOffAll(ending, KEY, MAX_CONNECTIONS);
      await expectNothingLeft();
    },
  );

  it('an upload through the shim that breaks off does not keep the migration from going back', async () => {
    const step = await house.polyface('migrate', 'back', ...DIALECT);
    expect(step.json.outcome).toBe('arrived');
  });

  async function breakOffAll(ending: Ending, key: string | undefined, count = AT_ONCE): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => breakOff(ending, key)));
  }

  async function breakOff(ending: Ending, key: string | undefined): Promise<void> {
    const socket = await begin(ending, key);
    const answer = await ENDINGS[ending](socket);
    socket.destroy();
    const status = STATUS[ending];
    if (status === undefined) expect(answer ?? '').toBe('');
    else expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  }
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}
