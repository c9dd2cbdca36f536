import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { converse } from '../raw/raw-client.ts';
import { aPng } from '../support/pictures.ts';
import { filePart, formBytes } from './support/multipart.ts';
import { FORM, json, request } from './support/plain-upload.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
let png: Buffer;

beforeAll(async () => {
  gateway = await startGateway();
  png = await aPng({ width: 40, height: 30 });
});
afterAll(() => gateway.stop());
afterEach(async () => expect(await gateway.spooled()).toEqual([]));

describe('a body', () => {
  const without = (headers: string) =>
    `PUT /plain/v1/people/ada/pictures HTTP/1.1\r\nHost: x\r\nX-Plain-Key: plain-writer-key\r\n${headers}\r\n`;

  it.each<[string, readonly (string | Buffer)[], object]>([
    ['is not there', [without('')], { plain: 'body-missing' }],
    ['is empty', [without(`Content-Type: ${FORM}\r\nContent-Length: 0\r\n`)], { plain: 'body-missing' }],
    [
      'is an empty run of chunks',
      [without(`Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n`), '0\r\n\r\n'],
      { plain: 'body-missing' },
    ],
    [
      'is JSON',
      [without('Content-Type: application/json\r\nContent-Length: 2\r\n'), '{}'],
      { plain: 'unsupported-media-type' },
    ],
    [
      'has two content types',
      [without(`Content-Type: ${FORM}\r\nContent-Type: image/png\r\nContent-Length: 2\r\n`), '{}'],
      { plain: 'unsupported-media-type' },
    ],
    [
      'is compressed',
      [without(`Content-Type: ${FORM}\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n`), '{}'],
      { plain: 'unsupported-media-type' },
    ],
    [
      'is announced larger than any form can be',
      [without(`Content-Type: ${FORM}\r\nContent-Length: 999999999\r\n`)],
      { plain: 'file-too-large' },
    ],
    [
      'has broken chunks',
      [without(`Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n`), 'zz\r\n'],
      { plain: 'body-malformed', reason: 'syntax' },
    ],
  ])('a body is refused when it %s', async (_what, send, expected) => {
    const { body } = await converse(gateway.port, { send });
    expect(JSON.parse(body.toString())).toEqual(expected);
  });

  it('a body that ends before its announced length is a length mismatch', async () => {
    const body = formBytes([filePart('photo', png)]);
    const answer = await converse(gateway.port, {
      send: [request(body, { length: body.length + 100 })],
      halfClose: true,
    });
    expect(json(answer)).toEqual([400, { plain: 'length-mismatch' }]);
  });

  it('a body that ends in the middle of its chunks is a length mismatch', async () => {
    const answer = await converse(gateway.port, {
      send: [without(`Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n`), '5\r\nab'],
      halfClose: true,
    });
    expect(json(answer)).toEqual([400, { plain: 'length-mismatch' }]);
  });

  it('a body whose sender vanishes leaves nothing behind', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    const big = formBytes([filePart('photo', Buffer.alloc(180_000))]);
    // So much is announced that it goes to the disk on its way.
    socket.write(request(big, { length: 900_000 }).subarray(0, 150_000));
    const start = gateway.logLines.length;
    while ((await gateway.spooled()).length === 0) await new Promise((next) => setTimeout(next, 5));
    socket.destroy();
    // Node cannot tell a socket that is gone from one that only stopped sending; either way the exchange ends.
    while (!gateway.logLines.slice(start).some(({ msg }) => msg === 'request')) {
      await new Promise((next) => setTimeout(next, 5));
    }
    expect(await gateway.spooled()).toEqual([]);
  });

  it('a body is only asked for, of a client that waits for 100, once the head has been found good', async () => {
    const expectation = 'Expect: 100-continue\r\n';
    const body = formBytes([filePart('photo', png)]);
    const refused = await converse(gateway.port, {
      send: [
        `PUT /plain/v1/people/nobody/pictures HTTP/1.1\r\nHost: x\r\nX-Plain-Key: plain-writer-key\r\nContent-Type: ${FORM}\r\nContent-Length: ${body.length}\r\n${expectation}\r\n`,
      ],
    });
    expect(json(refused)).toEqual([404, { plain: 'subject-not-found' }]);
    const taken = await converse(gateway.port, { send: [request(body, { extra: expectation })] });
    expect(taken.status).toBe(200);
  });
});

describe('a raw body', () => {
  const raw = (headers: string, body: Buffer | string = png) =>
    Buffer.concat([
      Buffer.from(
        `POST /people/ada/face HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bare-ada-token\r\nContent-Length: ${body.length}\r\n${headers}\r\n`,
      ),
      Buffer.from(body),
    ]);

  it.each([
    [''],
    ['Content-Type: image/png\r\n'],
    ['Content-Type: application/json\r\n'],
    ['Content-Type: application/x-www-form-urlencoded\r\n'],
    ['Content-Type: \r\n'],
    ['Content-Type: nonsense\r\n'],
    ['Content-Type: text/plain\r\nContent-Type: image/gif\r\n'],
    ['Content-Type: multipart/form-data\r\n'],
    ['Content-Type: multipart/mixed; boundary=x\r\n'],
  ])('a raw body is the file, whatever its headers say: %j', async (headers) => {
    const answer = await converse(gateway.port, { send: [raw(headers)] });
    expect(json(answer)).toEqual([200, [{ bytes: png.length }]]);
  });

  it.each([
    ['attachment; filename="a.png"', 'a.png'],
    ['attachment; filename=a.png', 'a.png'],
    ['attachment; filename=/home/jane/a.png', 'a.png'],
    ['attachment; filename="C:\\Users\\a.png"', 'a.png'],
    ['attachment; filename="a%20b.png"', 'a b.png'],
    [`attachment; filename*=UTF-8''a%20b.png`, 'a b.png'],
    ['attachment; filename="50%.png"', '50%.png'],
    ['attachment', undefined],
  ])('a raw body is called what Content-Disposition says: %s', async (disposition, fileName) => {
    const answer = await converse(gateway.port, { send: [raw(`Content-Disposition: ${disposition}\r\n`)] });
    expect(json(answer)).toEqual([200, [{ bytes: png.length, ...(fileName !== undefined && { fileName }) }]]);
  });

  it('a raw body may come as a form with one file under any name', async () => {
    const body = formBytes([filePart('whatever', png, 'f.png')]);
    const answer = await converse(gateway.port, { send: [raw(`Content-Type: ${FORM}\r\n`, body)] });
    expect(json(answer)).toEqual([200, [{ bytes: png.length, fileName: 'f.png' }]]);
  });

  it('a raw body is refused over its limit although it announced no length', async () => {
    const head =
      'POST /people/ada/face HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bare-ada-token\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]);
    const answer = await converse(gateway.port, { send: [head, chunk, chunk, chunk, chunk, '0\r\n\r\n'] });
    expect(json(answer)).toEqual([413, { bare: 'file-too-large' }]);
  });
});
