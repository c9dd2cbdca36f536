import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { backendSettings, startBackend, startShim } from './support/start-shim.ts';

const NATIVE = { authorization: 'Bearer demo-native-key', 'content-type': 'application/json' };
const V1 = { 'x-api-key': 'demo-v1-key' };

/** Two people who turn out to be one; each pair has ids of its own. */
interface Pair {
  readonly source: { readonly id: string; readonly customer: string };
  readonly survivor: { readonly id: string; readonly customer: string };
}

function pairOf(nth: number): Pair {
  return {
    source: { id: `maiden-${nth}`, customer: String(8_000 + nth) },
    survivor: { id: `married-${nth}`, customer: String(9_000 + nth) },
  };
}

async function makePeople(url: string, { source, survivor }: Pair): Promise<void> {
  for (const { id, customer } of [source, survivor]) {
    const body = JSON.stringify({ aliases: { 'magicline-v1': customer } });
    const put = await fetch(`${url}/native/v1/people/${id}`, { method: 'PUT', headers: NATIVE, body });
    expect(put.status).toBe(201);
  }
}

async function merge(url: string, { source, survivor }: Pair): Promise<void> {
  const body = JSON.stringify({ into: survivor.id });
  const path = `${url}/native/v1/people/${source.id}/merge`;
  expect((await fetch(path, { method: 'POST', headers: NATIVE, body })).status).toBe(200);
}

async function markOf(url: string, customer: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/v1/customers/${customer}`, { headers: V1 });
  const { imageUrl } = (await answer.json()) as { imageUrl?: string };
  if (!imageUrl) return undefined;
  return readMark(Buffer.from(await (await fetch(imageUrl)).arrayBuffer()));
}

/** Polls until the customer has the picture: while the backend answers reads, it may hear of it a moment later. */
async function reaches(url: string, customer: string, mark: number): Promise<void> {
  while ((await markOf(url, customer).catch(() => undefined)) !== mark) await pause(100);
}

/** A form with the picture that is sent in two halves: the second once `go` resolves. */
async function putInHalves(
  url: string,
  customer: string,
  picture: Buffer,
  go: Promise<void>,
): Promise<number> {
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'face.jpg');
  const encoded = new Request('http://x', { method: 'PUT', body: form });
  const type = encoded.headers.get('content-type') ?? '';
  const bytes = Buffer.from(await encoded.arrayBuffer());
  const half = Math.floor(bytes.length / 2);
  const sent = httpRequest(`${url}/v1/customers/${customer}/images`, {
    method: 'PUT',
    headers: { ...V1, 'content-type': type, 'content-length': bytes.length },
  });
  const answered = once(sent, 'response');
  sent.write(bytes.subarray(0, half));
  await go;
  sent.end(bytes.subarray(half));
  const [answer] = (await answered) as [Readable & { statusCode: number }];
  await buffer(answer);
  return answer.statusCode;
}

describe('a put to a person who is merged meanwhile', () => {
  let backend: DemoGateway;
  let proxy: Server;
  let proxyUrl: string;
  /** Holds the answers to puts back until it resolves. */
  let held: Promise<void> | undefined;
  let onPut: () => void = () => {};

  beforeAll(async () => {
    backend = await startBackend();
    const pass = async (request: IncomingMessage, response: ServerResponse) => {
      const bytes = await buffer(request);
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' &&
        !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name)
          ? [[name, value]]
          : [],
      );
      const answer = await fetch(backend.url + request.url, {
        method: request.method ?? 'GET',
        headers,
        ...(bytes.length > 0 ? { body: new Uint8Array(bytes) } : {}),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      if (request.method === 'PUT') {
        onPut();
        await held;
      }
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
      });
      response.end(body);
    };
    proxy = createServer((request, response) => void pass(request, response)).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await backend.stop();
  });

  const startIn = (initialStage: 'dual-write' | 'switched' | 'complete') =>
    startShim([
      backendSettings('magicline-v1', proxyUrl, {
        initialStage,
        pictureOrigins: [new URL(backend.url).origin],
      }),
    ]);

  it.each([
    ['dual-write', 1],
    ['switched', 2],
    ['complete', 3],
  ] as const)(
    'a put to a person who is merged meanwhile is the survivor’s where the body was still on its way, in %s',
    async (stage, nth) => {
      const pair = pairOf(nth);
      const shim = await startIn(stage);
      try {
        await makePeople(backend.url, pair);
        await makePeople(shim.url, pair);
        const merged = Promise.withResolvers<void>();
        const putting = putInHalves(shim.url, pair.source.customer, markedPicture(nth), merged.promise);
        // The half that was sent is under way once the gateway has read it; it takes both orders well.
        await pause(200);
        await merge(shim.url, pair);
        merged.resolve();
        expect(await putting).toBe(200);
        await reaches(shim.url, pair.source.customer, nth);
        await reaches(shim.url, pair.survivor.customer, nth);
      } finally {
        await shim.stop();
      }
    },
  );

  it('a put to a person who is merged meanwhile is the survivor’s where the backend had accepted it, and the backend hears of it under the survivor’s id', async () => {
    const pair = pairOf(4);
    const shim = await startIn('dual-write');
    const answer = Promise.withResolvers<void>();
    try {
      await makePeople(backend.url, pair);
      await makePeople(shim.url, pair);
      const atBackend = new Promise<void>((resolve) => {
        onPut = resolve;
      });
      held = answer.promise;
      const putting = putInHalves(shim.url, pair.source.customer, markedPicture(4), Promise.resolve());
      await atBackend;
      await merge(shim.url, pair);
      held = undefined;
      answer.resolve();
      expect(await putting).toBe(200);
      await reaches(backend.url, pair.survivor.customer, 4);
      await reaches(shim.url, pair.survivor.customer, 4);
      await reaches(shim.url, pair.source.customer, 4);
    } finally {
      answer.resolve();
      await shim.stop();
    }
  });

  it('a put to a person who is merged meanwhile goes to the backend under the survivor’s id as well where it was there before the merge', async () => {
    const pair = pairOf(5);
    const shim = await startIn('switched');
    try {
      await makePeople(backend.url, pair);
      await makePeople(shim.url, pair);
      const put = await putInHalves(shim.url, pair.source.customer, markedPicture(5), Promise.resolve());
      expect(put).toBe(200);
      await reaches(backend.url, pair.source.customer, 5);
      await merge(shim.url, pair);
      await reaches(backend.url, pair.survivor.customer, 5);
    } finally {
      await shim.stop();
    }
  });
});
