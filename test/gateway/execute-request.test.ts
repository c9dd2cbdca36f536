import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPng } from '../support/pictures.ts';
import { filePart, formBytes } from './support/multipart.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
const reported: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    observers: [({ requestId }) => reported.push(requestId)],
    settings: { cors: { origins: ['https://shop.test'] } },
  });
});
afterAll(() => gateway.stop());

const PICTURES = '/plain/v1/people/ada/pictures';
const FORM_TYPE = 'multipart/form-data; boundary=XbX';
const KEY = { 'x-plain-key': 'plain-writer-key' };

async function* piecesOf(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function execute(
  method: string,
  target: string,
  headers: Record<string, string>,
  body?: AsyncIterable<Buffer>,
) {
  const rawHeaders = Object.entries({ Host: 'gateway.test', ...headers }).flat();
  return gateway.execute({ method, target, rawHeaders, executor: gateway.executor, ...(body && { body }) });
}

describe('a request that the program makes to its own gateway', () => {
  it('a request that the program makes to its own gateway uploads a form and gets the response that a client gets', async () => {
    const form = formBytes([filePart('photo', await aPng())]);
    const headers = { ...KEY, 'content-type': FORM_TYPE };
    const length = { 'content-length': String(form.length) };
    const client = await fetch(gateway.url + PICTURES, {
      method: 'PUT',
      headers,
      body: new Uint8Array(form),
    });
    const internal = await execute('PUT', PICTURES, { ...headers, ...length }, piecesOf(form));
    expect(internal.status).toBe(client.status);
    const shape = (text: string) => Object.keys(JSON.parse(text) as object);
    expect(shape(Buffer.from(internal.bytes).toString())).toEqual(shape(await client.text()));
    expect(internal.headers['content-type']).toBe(client.headers.get('content-type'));
    expect(await gateway.spooled()).toEqual([]);
  });

  it('a request that the program makes to its own gateway gets the headers that every response of the gateway has', async () => {
    const headers = { ...KEY, origin: 'https://shop.test' };
    const client = await fetch(`${gateway.url}/plain/v1/people/ada`, { headers });
    const internal = await execute('GET', '/plain/v1/people/ada', headers);
    const ofTheConnection = ['connection', 'date', 'keep-alive', 'x-request-id'];
    const shown = (names: Iterable<string>) =>
      [...names].filter((name) => !ofTheConnection.includes(name)).sort();
    expect(shown(Object.keys(internal.headers))).toEqual(shown(client.headers.keys()));
    expect(internal.headers['access-control-allow-origin']).toBe('https://shop.test');
    expect(internal.headers['x-content-type-options']).toBe('nosniff');
  });

  it('a request of the program is refused like a client in the words of the dialect', async () => {
    const stranger = await execute('GET', '/plain/v1/people/ada', {});
    expect([stranger.status, JSON.parse(Buffer.from(stranger.bytes).toString())]).toEqual([
      401,
      { plain: 'unauthenticated', reason: 'missing' },
    ]);
    const lost = await execute('GET', '/plain/v1/nothing', KEY);
    expect(lost.status).toBe(404);
  });

  it('a request that the program makes to its own gateway rejects and leaves no file when its body breaks off', async () => {
    const form = formBytes([filePart('photo', Buffer.alloc(150_000, 1))]);
    async function* brokenOff() {
      yield* piecesOf(form.subarray(0, 100_000));
      throw new Error('the copy was lost');
    }
    const headers = { 'content-type': FORM_TYPE, 'content-length': String(form.length) };
    await expect(execute('PUT', PICTURES, { ...KEY, ...headers }, brokenOff())).rejects.toThrow();
    expect(await gateway.spooled()).toEqual([]);
  });

  it('a request of the program is not reported to the log and the observers', async () => {
    const before = [reported.length, gateway.logLines.length];
    await execute('GET', '/plain/v1/people/ada', KEY);
    expect([reported.length, gateway.logLines.length]).toEqual(before);
  });
});
