import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { type RecordingBackend, startRecordingBackend } from './support/recording-backend.ts';
import { backendSettings, startShim } from './support/start-shim.ts';

const KEY = { 'x-api-key': 'demo-v1-key' };

describe('a request that the shim forwards', () => {
  let backend: RecordingBackend;
  let shim: DemoGateway;

  beforeAll(async () => {
    backend = await startRecordingBackend();
    shim = await startShim([backendSettings('magicline-v1', `${backend.url}/base`)]);
  });
  afterEach(() => void backend.takeRequests());
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  /** Asks with a target as it is: fetch would tidy it up. */
  async function ask(target: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const { hostname, port } = new URL(shim.url);
    const sent = httpRequest({ hostname, port, path: target, headers: { ...KEY, ...headers } }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  }

  it.each([
    ['http://elsewhere.example/v1/customers/1002?a=%20b&&c', '/base/v1/customers/1002?a=%20b&&c'],
    ['/v1/customers/1002#fragment', '/base/v1/customers/1002'],
    ['/v1/customers/1002?', '/base/v1/customers/1002?'],
    ['/v1/a..b/...', '/base/v1/a..b/...'],
  ])(
    'a request that the shim forwards reaches the backend below its base path: %s',
    async (target, expected) => {
      expect((await ask(target)).statusCode).toBe(200);
      expect(backend.takeRequests().map((seen) => seen.target)).toEqual([expected]);
    },
  );

  it.each([
    '/v1/../admin',
    '/v1/customers/..',
    '/v1/./customers',
    '/v1/%2e%2e/admin',
    '/v1/.%2E/admin',
    '/v1/..%2fadmin',
    '/v1/..%5Cadmin',
    '/v1/..;a=b/admin',
    'http://elsewhere.example/v1/../admin',
  ])(
    'a request that the shim forwards is refused where its path could lead out of the base path: %s',
    async (target) => {
      expect((await ask(target)).statusCode).toBe(400);
      expect(backend.takeRequests()).toEqual([]);
    },
  );

  it('a request that the shim forwards says once who asked, for which host and how', async () => {
    await ask('/v1/customers/1002', {
      host: 'pictures.example',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-user': 'admin',
      forwarded: 'for=203.0.113.9',
    });
    const [seen] = backend.takeRequests();
    expect(seen?.headers).toMatchObject({
      'x-forwarded-for': ['127.0.0.1'],
      'x-forwarded-host': ['pictures.example'],
      'x-forwarded-proto': ['http'],
      via: ['1.1 polyface'],
    });
    expect(seen?.headers).not.toHaveProperty('forwarded');
    expect(seen?.headers).not.toHaveProperty('x-forwarded-user');
  });

  it.each([
    'X-Real-IP',
    'X_Real_IP',
    'True-Client-IP',
    'Client-IP',
    'X-Client-IP',
    'CF-Connecting-IP',
    'X-Cluster-Client-IP',
    'X-Forwarded',
    'X_Forwarded_For',
  ])('a request that the shim forwards says nothing of its client in %s', async (name) => {
    await ask('/v1/customers/1002', { [name]: '203.0.113.9' });
    const [seen] = backend.takeRequests();
    expect(seen?.headers).not.toHaveProperty(name.toLowerCase());
    expect(seen?.headers['x-forwarded-for']).toEqual(['127.0.0.1']);
  });

  it("a request that the shim forwards with the caller's own credential keeps its method override", async () => {
    await ask('/v1/customers/1002', { 'x-http-method-override': 'DELETE', 'x-original-url': '/v1/orders' });
    expect(backend.takeRequests()[0]?.headers).toMatchObject({
      'x-http-method-override': ['DELETE'],
      'x-original-url': ['/v1/orders'],
    });
  });

  it.each([
    ['Latin-1', 'Pr\xe4chtig', 'Pr?chtig'],
    ['UTF-8', Buffer.from('Prächtig').toString('latin1'), Buffer.from('Prächtig').toString('latin1')],
  ])(
    'a request that the shim forwards gets its answer although the reason phrase is %s',
    async (_encoding, sent, expected) => {
      backend.answer = (_request, { socket }) =>
        void socket?.end(Buffer.from(`HTTP/1.1 200 ${sent}\r\nContent-Length: 2\r\n\r\nok`, 'latin1'));
      const answer = await ask('/v1/customers/1002');
      expect([answer.statusCode, answer.statusMessage, await text(answer)]).toEqual([200, expected, 'ok']);
    },
  );
});

describe('a picture at a backend of another dialect', () => {
  let backend: RecordingBackend;
  let shim: DemoGateway;

  beforeAll(async () => {
    backend = await startRecordingBackend();
    shim = await startShim([backendSettings('timbu', backend.url, { speaks: 'magicline-v1' })]);
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  it.each([
    [
      'breaks off',
      504,
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': '5000' }).write('half');
        setImmediate(() => response.destroy());
      },
    ],
    ['is none', 503, (response: ServerResponse) => void response.end('no picture at all')],
  ])(
    'a picture at a backend of another dialect that %s is not called a fault of the client',
    async (_what, status, givePicture) => {
      backend.answer = ({ url }, response) => {
        if (url === '/p.jpg') givePicture(response);
        else response.setHeader('Content-Type', 'application/json').end('{"id":1002,"imageUrl":"/p.jpg"}');
      };
      const answer = await fetch(`${shim.url}/users/me`, {
        headers: { authorization: 'Bearer demo-timbu-ada' },
      });
      expect([answer.status, backend.takeRequests().map(({ target }) => target)]).toEqual([
        status,
        ['/v1/customers/1002', '/p.jpg'],
      ]);
    },
  );
});

describe('a response that the backend compressed', () => {
  let backend: RecordingBackend;
  let shim: DemoGateway;

  beforeAll(async () => {
    backend = await startRecordingBackend();
    shim = await startShim([backendSettings('magicline-v1', backend.url, { initialStage: 'dual-write' })]);
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ])(
    'a response that the backend compressed with %s is understood, and given to the client as it came',
    async (encoding, compress) => {
      const compressed = compress('{"imageUrl":"http://there.example/1.jpg"}');
      backend.answer = ({ method }, response) => {
        response.setHeader('Content-Type', 'application/json');
        if (method === 'PUT') response.setHeader('Content-Encoding', encoding).end(compressed);
        else response.end('{"id":1}');
      };
      const { hostname, port } = new URL(shim.url);
      const sent = httpRequest({
        hostname,
        port,
        path: '/v1/customers/1002/images',
        method: 'PUT',
        headers: { ...KEY, 'accept-encoding': encoding, 'content-type': 'multipart/form-data; boundary=b' },
      });
      sent.write('--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n');
      sent.write(markedPicture(1));
      sent.end('\r\n--b--\r\n');
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, encoding]);
      expect((await buffer(answer)).equals(compressed)).toBe(true);
      expect(backend.takeRequests().filter(({ method }) => method === 'PUT')).toHaveLength(1);
    },
  );
});

describe('a redirect of the backend', () => {
  let backend: RecordingBackend;
  let shim: DemoGateway;

  beforeAll(async () => {
    backend = await startRecordingBackend();
    shim = await startShim([backendSettings('magicline-v1', `${backend.url}/base`)]);
  });
  afterAll(async () => {
    await shim.stop();
    await backend.stop();
  });

  it.each([
    [
      'to itself',
      (origin: string) => `${origin}/base/v1/customers/7`,
      (url: string) => `${url}/v1/customers/7`,
    ],
    ['to a path of its own', () => '/base/v1/customers/7', () => '/v1/customers/7'],
    ['to a path with two slashes', () => '/base//evil.example/', (url: string) => `${url}//evil.example/`],
    ['to a path with a backslash', () => '/base/\\evil.example/', (url: string) => `${url}/\\evil.example/`],
    ['to a path with a tab', () => '/base/\t/evil.example/', (url: string) => `${url}/\t/evil.example/`],
    [
      'to itself without a scheme',
      (origin: string) => `${origin.slice('http:'.length)}/base/v1/customers/7`,
      (url: string) => `${url}/v1/customers/7`,
    ],
    ['to somebody else without a scheme', () => '//other.example/base/x', () => '//other.example/base/x'],
    ['to a relative path', () => 'customers/7', () => 'customers/7'],
    ['to somebody else', () => 'https://other.example/base/x', () => 'https://other.example/base/x'],
  ])(
    'a redirect of the backend %s keeps the client at the gateway, unless it leads elsewhere',
    async (_where, location, expected) => {
      backend.answer = (_request, response) =>
        void response.writeHead(307, { Location: location(backend.url) }).end();
      const answer = await fetch(`${shim.url}/v1/customers/1002`, { headers: KEY, redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([307, expected(shim.url)]);
    },
  );
});

describe('a backend that makes addresses from the Host header', () => {
  it("a backend that makes addresses from the Host header gets the client's with preserveHost", async () => {
    const backend = await startRecordingBackend();
    const shim = await startShim([backendSettings('magicline-v1', backend.url, { preserveHost: true })]);
    try {
      await fetch(`${shim.url}/v1/customers/1002`, { headers: KEY });
      expect(backend.takeRequests()[0]?.headers.host).toEqual([new URL(shim.url).host]);
    } finally {
      await shim.stop();
      await backend.stop();
    }
  });
});

describe('a path that no document names', () => {
  it.each([
    ['switched', 200],
    ['complete', 404],
  ] as const)('a path that no document names in %s is answered with %d', async (initialStage, status) => {
    const backend = await startRecordingBackend();
    const shim = await startShim([backendSettings('magicline-v1', backend.url, { initialStage })]);
    try {
      const answer = await fetch(`${shim.url}/v1/files/1.jpg`);
      expect([answer.status, backend.takeRequests().length]).toEqual([status, status === 200 ? 1 : 0]);
    } finally {
      await shim.stop();
      await backend.stop();
    }
  });
});

describe('with speaks, an upload that is no picture', () => {
  it('with speaks, an upload that is no picture is refused before the backend hears of it', async () => {
    const backend = await startRecordingBackend();
    const shim = await startShim([backendSettings('timbu', backend.url, { speaks: 'magicline-v1' })]);
    const put = (bytes: Uint8Array) => {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'me.png');
      return fetch(`${shim.url}/users/image/upload`, {
        method: 'PATCH',
        headers: { authorization: 'Bearer demo-timbu-ada' },
        body: form,
      });
    };
    backend.answer = (_request, response) =>
      void response.setHeader('Content-Type', 'application/json').end('{"imageUrl":"/1.jpg"}');
    try {
      expect((await put(Buffer.alloc(20_000, 'no picture'))).status).toBe(400);
      expect(backend.takeRequests()).toEqual([]);
      expect((await put(markedPicture(1))).status).toBe(200);
      expect(backend.takeRequests().filter(({ method }) => method === 'PUT')).toHaveLength(1);
    } finally {
      await shim.stop();
      await backend.stop();
    }
  });
});
