import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { beginSlowUpload, type SlowUpload } from '../support/slow-upload.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
const KEY = { 'X-Api-Key': 'demo-v1-key' };
const UPLOAD = 'PUT /v1/customers/5000/images';
/** More than a shim keeps in memory of a body. */
const FIRST_BYTES = 'x'.repeat(2_000_000);
const MAX_CONNECTIONS = 64;

describe('anonymous uploads through the shim', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 4,
      backend: { maxConnections: MAX_CONNECTIONS, timeoutSeconds: 600 },
      // Slow as they are, none of them is cut while the test runs.
      limits: { bodyTimeoutSeconds: 3600, minBytesPerSecond: 0, drainSeconds: 1 },
    });
    shim = await house.start();
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  async function spoolFiles(): Promise<number> {
    const entries = await readdir(join(house.folder, 'data/spool'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }

  async function put(headers: Record<string, string>): Promise<number> {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(1))], { type: 'image/jpeg' }), 'me.jpg');
    const response = await fetch(`${shim.url}/v1/customers/5001/images`, {
      method: 'PUT',
      headers,
      body: form,
    });
    await response.arrayBuffer();
    return response.status;
  }

  const beginAll = (count: number, options: Parameters<typeof beginSlowUpload>[2]): Promise<SlowUpload[]> =>
    Promise.all(Array.from({ length: count }, () => beginSlowUpload(shim.url, UPLOAD, options)));

  async function leave(uploads: readonly SlowUpload[]): Promise<void> {
    for (const { socket } of uploads) socket.destroy();
    await until(async () => (await backend.connections()) === 0 && (await spoolFiles()) === 0);
  }

  const advance = async () => (await house.polyface('migrate', 'advance', ...DIALECT)).json.outcome;

  it('anonymous uploads through the shim that are slow in pass-through leave room for all other callers', async () => {
    const uploads = await beginAll(2 * MAX_CONNECTIONS, {});
    // Those past their share wait for a place, and are refused in the end.
    expect(await Promise.race(uploads.map(({ statusLine }) => statusLine))).toMatch(/ 503 /);
    expect(await backend.connections()).toBeLessThan(MAX_CONNECTIONS / 2);
    expect(await put(KEY)).toBe(200);
    const read = await fetch(`${shim.url}/v1/customers/5001`, { headers: KEY });
    expect(read.status).toBe(200);
    await leave(uploads);
  });

  it('anonymous uploads through the shim find room beside slow uploads with one good key', async () => {
    const slow = await beginAll(2 * MAX_CONNECTIONS, { headers: KEY });
    expect(await Promise.race(slow.map(({ statusLine }) => statusLine))).toMatch(/ 503 /);
    expect(await put({ 'x-api-key': 'demo-other-v1-key' })).not.toBe(503);
    await leave(slow);
  });

  it('anonymous uploads through the shim leave nothing on the disk in shadow, where copies of authenticated uploads are kept', async () => {
    expect(await advance()).toBe('arrived');
    const known = await beginAll(1, { headers: KEY, firstBytes: FIRST_BYTES });
    await until(async () => (await spoolFiles()) === 1);
    await leave(known);
    for (const headers of [{}, { 'X-Api-Key': 'made up' }]) {
      const uploads = await beginAll(8, { headers, firstBytes: FIRST_BYTES });
      await until(async () => (await backend.receivedBytes()) > 8 * FIRST_BYTES.length);
      expect(await spoolFiles()).toBe(0);
      await leave(uploads);
    }
  });

  it('anonymous uploads through the shim are refused in dual-write before anything of their bodies is kept', async () => {
    expect(await advance()).toBe('arrived');
    const known = await beginAll(1, { headers: KEY, firstBytes: FIRST_BYTES });
    await until(async () => (await spoolFiles()) > 0);
    await leave(known);
    for (const headers of [{}, { 'X-Api-Key': 'made up' }]) {
      const uploads = await beginAll(8, { headers, firstBytes: FIRST_BYTES });
      const refused = Promise.all(uploads.map(({ statusLine }) => statusLine));
      let most = 0;
      let isOver = false;
      void refused.finally(() => {
        isOver = true;
      });
      await until(async () => {
        most = Math.max(most, await spoolFiles());
        return isOver;
      });
      expect(new Set(await refused)).toEqual(new Set(['HTTP/1.1 401 Unauthorized']));
      expect(most).toBe(0);
      await leave(uploads);
    }
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}
