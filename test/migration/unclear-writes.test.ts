import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fixture } from '../contract/demo-clients.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import {
  type RecordedRequest,
  type RecordingBackend,
  startRecordingBackend,
} from './support/recording-backend.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

const LONGEST_WAIT_MS = 4_000;
const JSON_TYPE = 'application/json';
const PICTURES = [
  ['portrait.jpg', 'image/jpeg', 'me.jpg'],
  ['logo.png', 'image/png', 'My logo.png'],
] as const;

/** What is no answer of v1 to a PUT. */
const UNCLEAR = [
  { what: 'another object', status: 200, type: JSON_TYPE, text: '{"status":"maintenance"}' },
  { what: 'an empty object', status: 200, type: JSON_TYPE, text: '{}' },
  { what: 'a page of a proxy', status: 200, type: 'text/html', text: '<h1>It works!</h1>' },
  { what: 'a 404 of a proxy', status: 404, type: 'text/html', text: '<h1>404 Not Found</h1>' },
] as const;

describe.each(['dual-write', 'switched'] as const)('a write to the backend in %s', (initialStage) => {
  let backend: RecordingBackend;
  let shim: DemoGateway;
  let people = 8_000;

  beforeAll(async () => {
    backend = await startRecordingBackend();
    shim = await startShim([
      backendSettings('magicline-v1', backend.url, { initialStage, settleSeconds: 0.1 }),
    ]);
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  async function newCustomer(): Promise<string> {
    people += 1;
    const customer = String(people);
    const put = await fetch(`${shim.url}/native/v1/people/person-${customer}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer demo-native-key', 'content-type': JSON_TYPE },
      body: JSON.stringify({ aliases: { 'magicline-v1': customer } }),
    });
    expect(put.status).toBe(201);
    return customer;
  }

  async function upload(customer: string, [file, type, name]: (typeof PICTURES)[number]): Promise<number> {
    const body = new FormData();
    body.set('image', new Blob([new Uint8Array(await fixture(file))], { type }), name);
    const headers = { 'x-api-key': 'demo-v1-key' };
    const answer = await fetch(`${shim.url}/v1/customers/${customer}/images`, {
      method: 'PUT',
      headers,
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** The request with the picture, when it was sent so many times. */
  async function nthPut(customer: string, nth: number): Promise<RecordedRequest> {
    const puts: RecordedRequest[] = [];
    for (const endMs = Date.now() + LONGEST_WAIT_MS; Date.now() < endMs; await pause(20)) {
      puts.push(...backend.takeRequests().filter(({ target }) => target.endsWith(`/${customer}/images`)));
      const put = puts[nth - 1];
      if (put) return put;
    }
    throw new Error(`${puts.length} instead of ${nth} requests with a picture of ${customer}`);
  }

  it.each(UNCLEAR)('a write to the backend is sent again after $what', async ({ status, type, text }) => {
    const customer = await newCustomer();
    backend.answer = (_request, response) =>
      void response.writeHead(status, { 'Content-Type': type }).end(text);
    await upload(customer, PICTURES[0]);
    await nthPut(customer, 2);
  });

  it.each(PICTURES)(
    'a write that is sent again carries the type and the name of its picture: %s',
    async (...picture) => {
      const [file, type, name] = picture;
      const customer = await newCustomer();
      backend.answer = (_request, response) => void response.writeHead(500).end();
      await upload(customer, picture);
      const put = await nthPut(customer, 2);
      const wanted = await fixture(file);
      const hasCome = () => put.body().includes(wanted);
      for (const endMs = Date.now() + LONGEST_WAIT_MS; !hasCome() && Date.now() < endMs; ) await pause(10);
      const body = put.body();
      expect(hasCome()).toBe(true);
      const head = body.subarray(0, body.indexOf('\r\n\r\n')).toString();
      expect(head).toMatch(new RegExp(`; name="image"; filename="[0-9a-f]{16}-${name}"`));
      expect(head).toContain(`\r\nContent-Type: ${type}`);
    },
  );

  it('a picture that the backend never answers clearly does not keep its person from sending another', async () => {
    const customer = await newCustomer();
    const refused = await fixture('portrait.jpg');
    const seen: RecordedRequest[] = [];
    backend.answer = ({ method }, response) => {
      seen.push(...backend.takeRequests());
      if (seen.at(-1)?.body().includes(refused))
        return void response.writeHead(406, { 'Content-Type': 'text/html' }).end('<h1>Blocked</h1>');
      const picture = method === 'PUT' ? { imageUrl: `${backend.url}/v1/pictures/1` } : {};
      response
        .setHeader('Content-Type', JSON_TYPE)
        .end(JSON.stringify({ id: Number(customer), firstName: 'Ada', ...picture }));
    };
    await upload(customer, PICTURES[0]);
    expect(await upload(customer, PICTURES[1])).toBe(200);
    for (const endMs = Date.now() + LONGEST_WAIT_MS; Date.now() < endMs; await pause(20)) {
      if (seen.some(({ method, body }) => method === 'PUT' && !body().includes(refused))) return;
    }
    throw new Error('the second picture did not reach the backend');
  });
});
