import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { converse, type RawAnswer } from '../../raw/raw-client.ts';
import { aPng } from '../../support/pictures.ts';
import { filePart, formBytes } from '../support/multipart.ts';
import { type RunningGateway, startGateway } from '../support/start-gateway.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({
    limits: {
      bodyTimeoutSeconds: 0.4,
      minBytesPerSecond: 1000,
      minRateWindowSeconds: 0.5,
      headersTimeoutSeconds: 1,
      requestTimeoutSeconds: 3,
      drainBytes: 4_000_000,
      drainSeconds: 2,
      maxConcurrentUploads: 1,
    },
  });
});
afterAll(() => gateway.stop());
afterEach(async () => expect(await gateway.spooled()).toEqual([]));

const said = ({ status, body }: RawAnswer): unknown[] => [status, JSON.parse(body.toString())];
const PICTURES =
  'PUT /plain/v1/people/ada/pictures HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XbX\r\n';
const KEY = 'X-Plain-Key: plain-writer-key\r\n';

describe('what the parser cannot read', () => {
  it.each<[string, string, unknown[]]>([
    ['nonsense', 'nonsense\r\n\r\n', [400, { code: 'invalid-parameter' }]],
    [
      'a header without a colon',
      'GET /plain/v1/x HTTP/1.1\r\nHost x\r\n\r\n',
      [400, { plain: 'invalid-parameter', name: 'request' }],
    ],
    [
      'an unknown method on a known path',
      'BREW /plain/v1/people/1 HTTP/1.1\r\nHost: x\r\n\r\n',
      [405, { plain: 'method-not-allowed' }],
    ],
    [
      'an unknown method on an unknown path',
      'BREW /plain/v1/tea HTTP/1.1\r\nHost: x\r\n\r\n',
      [404, { plain: 'route-not-found' }],
    ],
    [
      'CONNECT',
      'CONNECT /plain/v1/people/1 HTTP/1.1\r\nHost: x\r\n\r\n',
      [405, { plain: 'method-not-allowed' }],
    ],
    [
      'headers without end',
      `GET /plain/v1/people/1 HTTP/1.1\r\nX: ${'y'.repeat(20_000)}`,
      [400, { plain: 'invalid-parameter', name: 'headers' }],
    ],
    [
      'an endless path',
      `GET /plain/v1/${'y'.repeat(20_000)}`,
      [400, { plain: 'invalid-parameter', name: 'headers' }],
    ],
    [
      'length and chunks at once',
      'PUT /plain/v1/people/1/pictures HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      [400, { plain: 'invalid-parameter', name: 'request' }],
    ],
    [
      'a length that is no number',
      'PUT /plain/v1/people/1/pictures HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n',
      [400, { plain: 'length-mismatch' }],
    ],
    [
      'another version of HTTP',
      'GET /plain/v1/people/1 HTTP/9.9\r\nHost: x\r\n\r\n',
      [400, { plain: 'invalid-parameter', name: 'request' }],
    ],
  ])(
    'a request that the parser cannot read is answered in the shape of the mount: %s',
    async (_what, bytes, [status, body]) => {
      const answer = await converse(gateway.port, { send: [bytes] });
      expect(said(answer)).toEqual([status, expect.objectContaining(body as object)]);
      expect(answer.headers).toMatchObject({ connection: 'close', 'x-request-id': expect.any(String) });
    },
  );

  it('a request that the parser cannot read is answered when the head never ends', async () => {
    const answer = await converse(gateway.port, { send: ['GET /plain/v1/people/1 HTTP/1.1\r\nHost: x\r\n'] });
    expect(answer.status).toBe(408);
  });

  it('a request that the parser cannot read is a problem of the request when a client forgets its Host', async () => {
    const answer = await converse(gateway.port, { send: ['GET /plain/v1/people/1 HTTP/1.1\r\n\r\n', KEY] });
    expect(answer.status).toBe(401);
    const withKey = await converse(gateway.port, { send: [`GET /plain/v1/people/1 HTTP/1.1\r\n${KEY}\r\n`] });
    expect(said(withKey)).toEqual([400, { plain: 'invalid-parameter', name: 'Host' }]);
  });
});

describe('a body that will not come', () => {
  it('a body that will not come is cut when it falls silent', async () => {
    const answer = await converse(gateway.port, {
      send: [`${PICTURES}${KEY}Content-Length: 5000\r\n\r\n--XbX\r\n`],
    });
    expect(said(answer)).toEqual([408, { plain: 'request-timeout' }]);
  });

  it('a body that will not come is cut when it crawls', async () => {
    const drops = Array.from({ length: 40 }, () => ['x', 50]).flat();
    const answer = await converse(gateway.port, {
      send: [`${PICTURES}${KEY}Content-Length: 5000\r\n\r\n`, ...drops],
    });
    expect(said(answer)).toEqual([408, { plain: 'request-timeout' }]);
  });
});

describe('an early refusal', () => {
  it('an early refusal reads a body that is under way to its end, and keeps the connection', async () => {
    const head = `${PICTURES}Content-Length: 3000000\r\n\r\n`;
    const answer = await converse(gateway.port, {
      send: [head, Buffer.alloc(1_000_000), 50, Buffer.alloc(2_000_000)],
    });
    expect(said(answer)).toEqual([401, { plain: 'unauthenticated', reason: 'missing' }]);
    expect(answer.headers.connection).toBe('keep-alive');
  });

  it('an early refusal comes at once where the rest is more than would be read', async () => {
    const head = `${PICTURES}${KEY}Content-Length: 900000000\r\n\r\n`;
    const answer = await converse(gateway.port, { send: [head, Buffer.alloc(100_000)] });
    expect(said(answer)).toEqual([400, { plain: 'file-too-large' }]);
    expect(answer.headers.connection).toBe('close');
  });

  it('an early refusal comes soon where the client sends nothing', async () => {
    const head = `${PICTURES}Content-Length: 3000000\r\n\r\n`;
    const answer = await converse(gateway.port, { send: [head] });
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  });

  it('an early refusal of a chunked body without end comes after the bound, and the connection ends', async () => {
    const chunk = Buffer.concat([Buffer.from('80000\r\n'), Buffer.alloc(0x80000), Buffer.from('\r\n')]);
    const send = [`${PICTURES}Transfer-Encoding: chunked\r\n\r\n`, ...Array<Buffer>(20).fill(chunk)];
    const answer = await converse(gateway.port, { send });
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  });
});

describe('connections', () => {
  it('connections serve the next request after a refused one', async () => {
    const bad = `${PICTURES}Content-Length: 10\r\n\r\n0123456789`;
    const good = `GET /plain/v1/people/ada HTTP/1.1\r\nHost: x\r\n${KEY}\r\n`;
    const socket = connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(bad + good);
    while (!text.includes('hello from demo')) await new Promise((next) => setTimeout(next, 5));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
    socket.destroy();
  });

  it('connections with one upload too many hear that the gateway is busy', async () => {
    const form = formBytes([filePart('photo', await aPng({ width: 20, height: 20 }))]);
    const slow = connect(gateway.port, '127.0.0.1');
    slow.write(`${PICTURES}${KEY}Content-Length: ${form.length}\r\n\r\n--X`);
    const request = Buffer.concat([
      Buffer.from(`${PICTURES}${KEY}Content-Length: ${form.length}\r\n\r\n`),
      form,
    ]);
    let busy: RawAnswer;
    do {
      busy = await converse(gateway.port, { send: [request] });
    } while (busy.status === 200);
    expect(said(busy)).toEqual([503, { plain: 'overloaded' }]);
    slow.destroy();
    while ((await converse(gateway.port, { send: [request] })).status !== 200) {
      await new Promise((next) => setTimeout(next, 5));
    }
  });
});

describe('stopping', () => {
  it('a gateway that stops finishes an upload that is under way, and accepts nothing new', async () => {
    const own = await startGateway();
    const form = formBytes([filePart('photo', await aPng({ width: 20, height: 20 }))]);
    const head = `${PICTURES}${KEY}Content-Length: ${form.length}\r\n\r\n`;
    const half = form.length >> 1;
    let stopped: Promise<void> | undefined;
    const upload = converse(own.port, { send: [head, form.subarray(0, half), 300, form.subarray(half)] });
    await new Promise((next) => setTimeout(next, 100));
    stopped = own.stop();
    const answer = await upload;
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close']);
    await stopped;
    await expect(converse(own.port, { send: [head] })).rejects.toThrow();
  });

  it('a gateway that stops keeps the port open, and says that it goes, for as long as it is told to', async () => {
    const form = formBytes([filePart('photo', await aPng({ width: 20, height: 20 }))]);
    const own = await startGateway({ limits: { unreadySeconds: 3 } });
    const stopped = own.stop();
    const readiness = await converse(own.port, { send: ['GET /readyz HTTP/1.1\r\nHost: polyface\r\n\r\n'] });
    expect([readiness.status, readiness.headers.connection]).toEqual([503, 'close']);
    expect(JSON.parse(readiness.body.toString())).toEqual({ status: 'stopping' });
    const late = await converse(own.port, {
      send: [`${PICTURES}${KEY}Content-Length: ${form.length}\r\n\r\n`, form],
    });
    expect([late.status, late.headers.connection]).toEqual([200, 'close']);
    await stopped;
    await expect(fetch(`${own.url}/readyz`)).rejects.toThrow();
  });
});

it('a client that resets its connection in the middle of a body has left, and sent nothing malformed', async () => {
  const own = await startGateway();
  const socket = connect(own.port, '127.0.0.1');
  socket.write(`${PICTURES}${KEY}Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n`);
  await once(socket, 'data');
  socket.write('--X');
  socket.resetAndDestroy();
  await own.stop();
  expect(own.logLines).toContainEqual(expect.objectContaining({ status: 499 }));
  expect(JSON.stringify(own.logLines)).not.toContain('body-malformed');
});
