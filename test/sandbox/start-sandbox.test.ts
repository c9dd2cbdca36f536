import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import native from '../../dialects/native/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg } from '../support/pictures.ts';

const headers = { authorization: 'Bearer demo-native-key' };

function picture(sandbox: Sandbox): string {
  return `${sandbox.url}/native/v1/subjects/ada/image`;
}

async function put(sandbox: Sandbox, width = 20, extra: Record<string, string> = {}): Promise<Response> {
  const body = new Uint8Array(await aJpeg({ width, height: 10 }));
  return fetch(picture(sandbox), { method: 'PUT', headers: { ...headers, ...extra }, body });
}

function get(sandbox: Sandbox, extra: Record<string, string> = {}): Promise<Response> {
  return fetch(picture(sandbox), { headers: { ...headers, ...extra } });
}

describe('a sandbox', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.reset());
  afterAll(() => sandbox.stop());

  it('a sandbox speaks every dialect of the demo', async () => {
    expect((await put(sandbox)).status).toBe(201);
    const customer = await fetch(`${sandbox.url}/v1/customers/1002`, {
      headers: { 'x-api-key': 'demo-v1-key' },
    });
    expect(await customer.json()).toMatchObject({
      firstName: 'Ada',
      imageUrl: expect.stringContaining(sandbox.url),
    });
  });

  it('a sandbox forgets everything between two tests', async () => {
    await put(sandbox);
    sandbox.plan({ problem: 'overloaded' });
    sandbox.reset();
    expect((await get(sandbox)).status).toBe(404);
    expect(await sandbox.exchanges()).toHaveLength(1);
  });

  it('a sandbox answers the n-th matching call with a problem, in the words of the dialect', async () => {
    sandbox.plan({
      match: { dialect: 'smartsheet', operationId: 'getCurrentUser' },
      at: 2,
      problem: 'rate-limited',
    });
    const ask = () =>
      fetch(`${sandbox.url}/2.0/users/me`, { headers: { authorization: 'Bearer demo-smartsheet-jane' } });
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect([first.status, second.status, third.status]).toEqual([200, 429, 200]);
    expect(await second.json()).toMatchObject({ errorCode: 4003, message: 'Rate limit exceeded.' });
    expect(second.headers.get('retry-after')).toBe('1');
  });

  it('a sandbox knows a method in any case of letters', async () => {
    sandbox.plan({ match: { method: 'get' }, problem: 'overloaded' });
    expect((await put(sandbox)).status).toBe(201);
    expect((await get(sandbox)).status).toBe(503);
    expect(await sandbox.exchanges({ method: 'get' })).toMatchObject([{ method: 'GET', status: 503 }]);
  });

  it('a sandbox takes a fault from the header of a request', async () => {
    const answer = await get(sandbox, { 'x-polyface-fault': 'problem=upstream-timeout' });
    expect(answer.status).toBe(504);
  });

  it.each([
    ['nonsense', 'x-polyface-fault: there is no "nonsense"; known: problem, latency, cut, rate, stale'],
    [
      'constructor=x',
      'x-polyface-fault: there is no "constructor"; known: problem, latency, cut, rate, stale',
    ],
    ['__proto__=x', 'x-polyface-fault: there is no "__proto__"; known: problem, latency, cut, rate, stale'],
    ['latncy=20', 'x-polyface-fault: there is no "latncy"; did you mean "latency"?'],
    ['latency=2s', 'x-polyface-fault: latency must be integer'],
    ['latency', 'x-polyface-fault: latency must be integer'],
    ['rate=0', 'x-polyface-fault: rate must be >= 1'],
    ['stale=no', 'x-polyface-fault: stale must be boolean'],
    ['cut=1; cut=2', 'x-polyface-fault: cut stands there twice'],
    ['problem=overload', 'x-polyface-fault: problem: must be one of unauthenticated, forbidden, '],
  ])('a sandbox answers 400 to the fault header %j and does nothing', async (header, message) => {
    const answer = await put(sandbox, 20, { 'x-polyface-fault': header });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(message) });
    expect((await get(sandbox)).status).toBe(404);
  });

  it.each([
    [{ problm: 'overloaded' }, 'faults: /0/problm: there is no such property; did you mean "problem"?'],
    [{ problem: 'overload' }, 'faults: /0/problem: must be one of unauthenticated, forbidden, '],
    [{ latencyMs: '20' }, 'faults: /0/latencyMs must be integer'],
    [{ match: { method: 'GTE' }, latencyMs: 20 }, 'faults: /0/match/method: must be one of GET, HEAD, '],
    [
      { match: { paht: '/v1' }, latencyMs: 20 },
      '/0/match/paht: there is no such property; did you mean "path"?',
    ],
    [{ match: { path: 'v1' }, latencyMs: 20 }, 'faults: /0/match/path must match pattern'],
    [{ at: [], latencyMs: 20 }, 'faults: /0/at must NOT have fewer than 1 items'],
    [{ at: 0, latencyMs: 20 }, 'faults: /0/at must be >= 1'],
    [
      { match: { dialect: 'timbu' } },
      'faults: /0: nothing goes wrong in it; it needs one of problem, latencyMs',
    ],
    [Object.create({ problem: 'overloaded' }), 'faults: /0: nothing goes wrong in it'],
  ])('a sandbox refuses a plan with a typing error: %j', (plan: object, message) => {
    expect(() => sandbox.plan(plan)).toThrow(message);
  });

  it.each([
    [{ host: 'evil.example' }, 'Host: evil.example'],
    [{ origin: 'http://evil.example' }, 'Origin: http://evil.example'],
    [{ 'sec-fetch-site': 'cross-site' }, 'Sec-Fetch-Site: '],
  ])('a sandbox takes no orders from a page of another site: %j', async (headers, message) => {
    const answer = await request(`${sandbox.url}/_sandbox/reset`, { method: 'POST', headers });
    expect(answer.statusCode).toBe(403);
    expect(await answer.body.json()).toEqual({ error: expect.stringContaining(message) });
  });

  it.each(['polyface:8080', 'host.docker.internal', 'app.localhost:1', '[::1]:8080', '10.0.0.7:80'])(
    'a sandbox takes orders under the private name %s',
    async (host) => {
      const answer = await request(`${sandbox.url}/_sandbox/exchanges`, { headers: { host } });
      expect(await answer.body.json()).toEqual([]);
      expect(answer.statusCode).toBe(200);
    },
  );

  it('a sandbox refuses an unknown filter of the log', async () => {
    const answer = await control('exchanges?dialct=timbu', 'GET');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: 'there is no filter "dialct"; did you mean "dialect"?' });
  });

  it('a sandbox cuts the connection in the middle of an answer', async () => {
    await put(sandbox);
    const whole = await (await get(sandbox)).arrayBuffer();
    const cut = await get(sandbox, { 'x-polyface-fault': 'cut=10' });
    expect(cut.status).toBe(200);
    expect(Number(cut.headers.get('content-length'))).toBe(whole.byteLength);
    await expect(cut.arrayBuffer()).rejects.toThrow();
  });

  it('a sandbox cuts and slows downloads, too', async () => {
    await put(sandbox);
    const customer = await fetch(`${sandbox.url}/v1/customers/1002`, {
      headers: { 'x-api-key': 'demo-v1-key' },
    });
    const { imageUrl } = (await customer.json()) as { imageUrl: string };
    sandbox.plan({ match: { path: '/images/d/' }, cutAfterBytes: 1, at: 1 });
    await expect(fetch(imageUrl).then((answer) => answer.arrayBuffer())).rejects.toThrow();
    const whole = await fetch(imageUrl).then((answer) => answer.arrayBuffer());
    const slow = await fetch(imageUrl, { headers: { 'x-polyface-fault': 'rate=4000' } });
    expect(Buffer.from(await slow.arrayBuffer())).toEqual(Buffer.from(whole));
  });

  it('a sandbox is no faster than a planned latency', async () => {
    const began = performance.now();
    await get(sandbox, { 'x-polyface-fault': 'latency=120' });
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
  });

  it('a sandbox shows readers what was there before the last write, and writers what is there', async () => {
    await put(sandbox, 20);
    await put(sandbox, 30);
    const stale = await get(sandbox, { 'x-polyface-fault': 'stale' });
    const fresh = await get(sandbox);
    expect(stale.headers.get('etag')).not.toBe(fresh.headers.get('etag'));
    expect(stale.status).toBe(200);
    const again = await put(sandbox, 40, { 'x-polyface-fault': 'stale' });
    expect(await again.json()).toMatchObject({ version: 3 });
  });

  it.each([
    [
      { operationId: 'getCurentUser', dialect: 'smartsheet' },
      '/0/match/operationId: there is no operation "getCurentUser" in smartsheet; did you mean "getCurrentUser"?',
    ],
    [{ operationId: 'putImage', dialect: 'timbu' }, 'no operation "putImage" in timbu; known: '],
    [{ operationId: 'putImages' }, 'no operation "putImages"; did you mean "putImage"?'],
    [{ dialect: 'timbuktu' }, '/0/match/dialect: there is no dialect "timbuktu"; '],
  ])('a sandbox refuses a fault that would never happen: %j', (match, message) => {
    expect(() => sandbox.plan({ match, problem: 'overloaded' })).toThrow(message);
  });

  it('a sandbox knows what was asked of it', async () => {
    await put(sandbox);
    await get(sandbox, { 'x-my-test': 'seven' });
    await fetch(picture(sandbox));
    const [refused] = await sandbox.exchanges({ problem: 'unauthenticated' });
    expect(refused).toMatchObject({ dialect: 'native', operationId: 'getImage', status: 401 });
    const [read] = await sandbox.exchanges({ operationId: 'getImage', status: 200 });
    expect(read?.requestHeaders['x-my-test']).toBe('seven');
    expect(read?.target).toBe('/native/v1/subjects/ada/image');
    expect(await sandbox.exchanges()).toHaveLength(3);
  });

  it('a sandbox is steered over HTTP by tests in other languages', async () => {
    expect((await control('faults', 'PUT', [{ problem: 'forbidden', at: [1] }])).status).toBe(204);
    expect((await get(sandbox)).status).toBe(403);
    expect((await control('faults', 'PUT', [{ problem: 'nonsense' }])).status).toBe(400);
    const log = (await (await control('exchanges?status=403', 'GET')).json()) as unknown[];
    expect(log).toHaveLength(1);
    expect((await control('reset', 'POST')).status).toBe(204);
    expect(await sandbox.exchanges()).toEqual([]);
  });

  it('a sandbox tells over HTTP which operations there are when a fault is about another', async () => {
    const answer = await control('faults', 'PUT', [{ match: { operationId: 'putImages' }, latencyMs: 1 }]);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: '/0/match/operationId: there is no operation "putImages"; did you mean "putImage"?',
      operations: expect.objectContaining({
        native: expect.arrayContaining(Object.keys(native.operations)),
        timbu: expect.arrayContaining(['uploadUserImage']),
      }),
    });
  });

  it.each([
    ['cut off', 'faults', 'PUT', '[{"problem": "overl', 400, 'the body is no JSON: '],
    ['no JSON', 'clock', 'POST', 'advanceMs=7', 400, 'the body is no JSON: '],
    ['too long', 'faults', 'PUT', JSON.stringify('a'.repeat(200_000)), 413, 'longer than 102400 bytes'],
    ['missing', 'faults', 'PUT', '', 400, 'the body is no JSON: '],
    ['no list of plans', 'faults', 'PUT', '{}', 400, 'must be array'],
  ])('a sandbox says over HTTP that a body is %s', async (_what, path, method, body, status, message) => {
    const init: RequestInit = { method, body };
    const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, init);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(message) });
  });

  function control(path: string, method: string, body?: unknown): Promise<Response> {
    return fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
});

describe('a sandbox with a seed and a clock that stands still', () => {
  const options = { seed: 'seven', clock: new Date('2026-01-02T03:04:05Z'), dialects: ['native', 'timbu'] };

  it('a sandbox with a seed and a clock that stands still gives the same answers in every run', async () => {
    const answers = [];
    for (let run = 0; run < 2; run += 1) {
      const sandbox = await startSandbox({
        ...options,
        settings: (demo) => ({ ...demo, publicUrl: 'https://pictures.example' }),
      });
      const stored = await (await put(sandbox)).text();
      const user = await fetch(`${sandbox.url}/users/me`, {
        headers: { authorization: 'Bearer demo-timbu-ada' },
      });
      answers.push([stored, await user.text()]);
      sandbox.reset();
      const afterReset = await (await put(sandbox)).text();
      expect(afterReset).toBe(stored);
      await sandbox.stop();
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toContain('2026-01-02T03:04:05.000Z');
  });

  it('a sandbox with a seed and a clock that stands still lets addresses expire when its clock goes on', async () => {
    const sandbox = await startSandbox(options);
    await put(sandbox);
    const user = await fetch(`${sandbox.url}/users/me`, {
      headers: { authorization: 'Bearer demo-timbu-ada' },
    });
    const { image_url: address } = (await user.json()) as { image_url: string };
    expect((await fetch(address)).status).toBe(200);
    sandbox.clock.advance(8 * 24 * 3600 * 1000);
    expect((await fetch(address)).status).toBe(403);
    await sandbox.stop();
  });

  it('a sandbox with a seed and a clock that stands still speaks the dialects that are named and no others', async () => {
    const sandbox = await startSandbox({ dialects: ['timbu'] });
    expect((await get(sandbox)).status).toBe(404);
    await sandbox.stop();
    await expect(startSandbox({ dialects: ['esperanto'] })).rejects.toThrow('does not speak esperanto');
  });

  it('a sandbox with a seed and a clock that stands still does not start with a fault of a dialect that it does not speak', async () => {
    const faults = [{ match: { operationId: 'putImage' }, latencyMs: 1 }];
    await expect(startSandbox({ dialects: ['timbu'], faults })).rejects.toThrow('no operation "putImage"');
  });
});
