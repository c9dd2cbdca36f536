import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPng } from '../support/pictures.ts';
import { filePart, formBytes } from './support/multipart.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
/** What the fixture's dialect makes of a condition that does not hold. */
const REFUSED = 409;
const KEY = { 'x-plain-key': 'plain-writer-key' };

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

async function upload(width: number, person = 'ada'): Promise<string> {
  const png = await aPng({ width, height: 30 });
  const response = await fetch(`${gateway.url}/plain/v1/people/${person}/pictures`, {
    method: 'PUT',
    headers: { ...KEY, 'content-type': 'multipart/form-data; boundary=XbX' },
    body: new Uint8Array(formBytes([filePart('photo', png)])),
  });
  const [stored] = (await response.json()) as { url: string }[];
  return stored?.url ?? '';
}

describe('a stored picture', () => {
  it('a stored picture carries headers that keep it private, unsniffed, inert and embeddable', async () => {
    const { headers } = await fetch(await upload(40));
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': expect.stringContaining('private'),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
  });

  it('a stored picture is not sent again to a client that has it', async () => {
    const url = await upload(41);
    const { headers } = await fetch(url);
    const etag = headers.get('etag') ?? '';
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await fetch(url, { headers: { 'if-none-match': tag } });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    }
    expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('a stored picture is sent with Last-Modified and honours If-Modified-Since, where the dialect tells when it was written', async () => {
    await upload(42);
    const url = `${gateway.url}/plain/v1/people/ada/picture`;
    const first = await fetch(url, { headers: KEY });
    const modified = first.headers.get('last-modified') ?? '';
    expect(Date.parse(modified)).toBeGreaterThan(0);
    expect((await fetch(url, { headers: { ...KEY, 'if-modified-since': modified } })).status).toBe(304);
    const longAgo = new Date(0).toUTCString();
    expect((await fetch(url, { headers: { ...KEY, 'if-modified-since': longAgo } })).status).toBe(200);
  });

  it.each([
    ['shorter', 10],
    ['longer', 100_000],
  ])(
    'a stored picture is an internal error when its body is %s than its record says',
    async (_how, bytes) => {
      const url = await upload(43);
      const keys: string[] = [];
      for await (const { key } of gateway.objects.list('bodies/')) keys.push(key);
      for (const key of keys) {
        await gateway.objects.delete(key);
        await gateway.objects.put(key, { kind: 'memory', bytes: Buffer.alloc(bytes) });
      }
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('bodies/');
      expect(gateway.logLines.some(({ err }) => JSON.stringify(err ?? '').includes('damaged'))).toBe(true);
    },
  );

  it('a stored picture is sent in parts that make up the whole', async () => {
    const url = await upload(43);
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    const head = await fetch(url, { headers: { range: 'bytes=0-9' } });
    expect([head.status, head.headers.get('content-range')]).toEqual([206, `bytes 0-9/${whole.length}`]);
    const tail = await fetch(url, { headers: { range: 'bytes=10-' } });
    const parts = [await head.arrayBuffer(), await tail.arrayBuffer()].map((part) => Buffer.from(part));
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
    const past = await fetch(url, { headers: { range: `bytes=${whole.length}-` } });
    expect([past.status, past.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
    const stale = await fetch(url, { headers: { range: 'bytes=0-9', 'if-range': '"old"' } });
    expect(stale.status).toBe(200);
  });

  it.each<[string, (tag: string, modified: string) => Record<string, string>, number]>([
    ['If-Match with its tag', (tag) => ({ 'if-match': `, "x",, ${tag}` }), 200],
    ['If-Match with *', () => ({ 'if-match': '*' }), 200],
    ['If-Match with another tag', () => ({ 'if-match': '"x"' }), REFUSED],
    ['If-Match with its weak tag', (tag) => ({ 'if-match': `W/${tag}` }), REFUSED],
    ['a range and If-Match with another tag', () => ({ 'if-match': '"x"', range: 'bytes=5-' }), REFUSED],
    ['a range and If-Match with its tag', (tag) => ({ 'if-match': tag, range: 'bytes=5-' }), 206],
    [
      'If-Unmodified-Since before it was written',
      () => ({ 'if-unmodified-since': new Date(0).toUTCString() }),
      REFUSED,
    ],
    ['If-Unmodified-Since when it was written', (_, at) => ({ 'if-unmodified-since': at }), 200],
    ['If-Unmodified-Since that is no date', () => ({ 'if-unmodified-since': 'yesterday' }), 200],
    [
      'If-Match before If-Unmodified-Since',
      (tag) => ({ 'if-match': tag, 'if-unmodified-since': new Date(0).toUTCString() }),
      200,
    ],
    ['If-Match before If-None-Match', (tag) => ({ 'if-match': '"x"', 'if-none-match': tag }), REFUSED],
    ['If-Match and If-None-Match with its tag', (tag) => ({ 'if-match': tag, 'if-none-match': tag }), 304],
    ['If-None-Match with empty elements', (tag) => ({ 'if-none-match': `,, ${tag} ,` }), 304],
    [
      'If-None-Match before If-Modified-Since',
      (_, at) => ({ 'if-none-match': '"x"', 'if-modified-since': at }),
      200,
    ],
    ['If-Range with its date', (_, at) => ({ 'if-range': at, range: 'bytes=5-' }), 206],
    ['If-Range with another date', () => ({ 'if-range': new Date(0).toUTCString(), range: 'bytes=5-' }), 200],
    ['If-Range with its weak tag', (tag) => ({ 'if-range': `W/${tag}`, range: 'bytes=5-' }), 200],
  ])('a stored picture follows RFC 9110 for %s', async (_what, condition, status) => {
    const url = `${gateway.url}/plain/v1/people/ada/picture`;
    const first = await fetch(url, { headers: KEY });
    const headers = condition(first.headers.get('etag') ?? '', first.headers.get('last-modified') ?? '');
    const answer = await fetch(url, { headers: { ...KEY, ...headers } });
    expect(answer.status).toBe(status);
  });

  it('a stored picture follows RFC 9110 for signed links, HEAD included', async () => {
    const url = await upload(48);
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    for (const method of ['GET', 'HEAD']) {
      const replaced = await fetch(url, { method, headers: { 'if-match': '"x"', range: 'bytes=5-' } });
      const known = await fetch(url, { method, headers: { 'if-match': etag, 'if-none-match': etag } });
      expect([replaced.status, known.status]).toEqual([412, 304]);
    }
  });

  it('a stored picture answers HEAD with its length alone', async () => {
    const url = await upload(44);
    const length = (await (await fetch(url)).arrayBuffer()).byteLength;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(length)]);
  });

  it('a stored picture is gone with the next upload, although its link has not expired', async () => {
    const url = await upload(45);
    await upload(46);
    const { status, headers } = await fetch(url);
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('a stored picture is forbidden once its link has expired or was altered, and under other methods', async () => {
    const url = await upload(47, 'grace');
    expect((await fetch(`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`)).status).toBe(403);
    expect((await fetch(`${gateway.url}/images/d/`)).status).toBe(403);
    const post = await fetch(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    gateway.advance(60_000);
    expect((await fetch(url)).status).toBe(403);
  });
});
