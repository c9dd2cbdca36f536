import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import { type CapillaryProcess, startCapillaryProcess } from './support/independent-capillary.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

const NATIVE = { authorization: 'Bearer demo-native-key', 'content-type': 'application/json' };
const TILL = {
  authorization: `Basic ${Buffer.from('store.server:8a16a6b70505eb1f1ff7cdc0cd5559a7').toString('base64')}`,
};

async function makePerson(url: string, id: string, customer: string): Promise<void> {
  const body = JSON.stringify({ aliases: { 'capillary-v2': customer } });
  const put = await fetch(`${url}/native/v1/people/${id}`, { method: 'PUT', headers: NATIVE, body });
  expect(put.status).toBe(201);
}

function upload(url: string, customer: string, mark: number): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'face.jpg');
  return fetch(`${url}/v2/customers/${customer}/setImage`, { method: 'POST', headers: TILL, body: form });
}

async function erase(url: string, id: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/native/v1/people/${id}`, { method: 'DELETE', headers: NATIVE });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { receipt: { leftToOthers: string[] } }).receipt.leftToOthers;
}

describe('a person who is erased while a migration runs', () => {
  let backend: CapillaryProcess;
  let proxy: Server;
  let proxyUrl: string;
  /** Uploads reach the backend when it resolves. */
  let held: Promise<void> | undefined;
  let onUpload: () => void = () => {};

  beforeAll(async () => {
    backend = await startCapillaryProcess();
    const pass: (...of: Parameters<RequestListener>) => Promise<void> = async (request, response) => {
      const bytes = await buffer(request);
      if (request.method === 'POST') {
        onUpload();
        await held;
      }
      const answer = await fetch(backend.url + request.url, {
        method: request.method ?? 'GET',
        headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
        ...(bytes.length > 0 ? { body: new Uint8Array(bytes) } : {}),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
      });
      response.end(body);
    };
    proxy = createServer((request, response) => {
      pass(request, response).catch((cause: Error) => response.destroy(cause));
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await backend.stop();
  });

  const startIn = (initialStage: 'dual-write' | 'switched') =>
    startShim([
      backendSettings('capillary-v2', proxyUrl, {
        initialStage,
        pictureOrigins: [new URL(backend.url).origin],
      }),
    ]);

  async function picturesAtBackend(customer: string): Promise<number> {
    const answer = await fetch(`${backend.url}/v2/customers/${customer}`);
    return ((await answer.json()) as { customerImage: unknown[] }).customerImage.length;
  }

  it('an erased person has no picture at the backend, under no id of those merged into them either', async () => {
    const shim = await startIn('switched');
    try {
      await makePerson(shim.url, 'maiden', '8001');
      await makePerson(shim.url, 'married', '9001');
      for (const [place, customer] of ['8001', '9001'].entries()) {
        expect((await upload(shim.url, customer, place + 1)).status).toBe(200);
        while ((await picturesAtBackend(customer)) === 0) await pause(50);
      }
      const into = JSON.stringify({ into: 'married' });
      const address = `${shim.url}/native/v1/people/maiden/merge`;
      expect((await fetch(address, { method: 'POST', headers: NATIVE, body: into })).status).toBe(200);
      expect(await erase(shim.url, 'married')).toContain(
        'what the backend behind capillary-v2 knows beside the picture',
      );
      expect(await picturesAtBackend('9001')).toBe(0);
      expect(await picturesAtBackend('8001')).toBe(0);
    } finally {
      await shim.stop();
    }
  });

  it('an erased person has no picture at the backend although an upload was on its way', async () => {
    const shim = await startIn('dual-write');
    const go = Promise.withResolvers<void>();
    try {
      await makePerson(shim.url, 'late', '8002');
      held = go.promise;
      const atBackend = new Promise<void>((resolve) => {
        onUpload = resolve;
      });
      const uploading = upload(shim.url, '8002', 3);
      await atBackend;
      const erasing = erase(shim.url, 'late');
      // Both orders are right; this one is the one that was wrong.
      await pause(500);
      held = undefined;
      go.resolve();
      await uploading;
      await erasing;
      expect(await picturesAtBackend('8002')).toBe(0);
    } finally {
      go.resolve();
      await shim.stop();
    }
  });
});
