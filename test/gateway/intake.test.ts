import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { converse, type RawAnswer } from '../raw/raw-client.ts';
import { aPng } from '../support/pictures.ts';
import { filePart, formBytes, type Part, textPart } from './support/multipart.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
let png: Buffer;

beforeAll(async () => {
  gateway = await startGateway();
  png = await aPng({ width: 40, height: 30 });
});
afterAll(() => gateway.stop());
afterEach(async () => expect(await gateway.spooled()).toEqual([]));

const FORM = 'multipart/form-data; boundary=XbX';

function request(body: Buffer, { type = FORM, length = body.length, extra = '' } = {}): Buffer {
  const head = `PUT /plain/v1/people/ada/pictures HTTP/1.1\r\nHost: x\r\nX-Plain-Key: plain-writer-key\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${extra}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

async function put(
  parts: readonly Part[],
  options: Parameters<typeof formBytes>[1] = {},
): Promise<RawAnswer> {
  return converse(gateway.port, { send: [request(formBytes(parts, options))] });
}

const json = ({ status, body }: RawAnswer): unknown[] => [status, JSON.parse(body.toString())];
const fileOf = (answer: RawAnswer): unknown =>
  (JSON.parse(answer.body.toString()) as { fileName?: string }[])[0];

describe('a form', () => {
  it('a form gives the digest and size of exactly the bytes of its file', async () => {
    const answer = await put([filePart('photo', png)]);
    const sha256 = createHash('sha256').update(png).digest('hex');
    expect(json(answer)).toEqual([200, [expect.objectContaining({ bytes: png.length, sha256 })]]);
  });

  it.each([['photo'], ['PHOTO'], ['Photo']])(
    'a form takes its file under %s where the case of the name does not matter',
    async (name) => {
      expect((await put([filePart(name, png)])).status).toBe(200);
    },
  );

  it('a form takes several files in their order', async () => {
    const answer = await put([filePart('photo', png, 'a.png'), filePart('photo', png, 'b.png')]);
    expect(json(answer)).toEqual([
      200,
      [
        expect.objectContaining({ fileName: 'a.png', slot: 0 }),
        expect.objectContaining({ fileName: 'b.png', slot: 1 }),
      ],
    ]);
  });

  it.each<[string, string[], string]>([
    ['a filename* in UTF-8', [`filename="x"; filename*=UTF-8''%C3%A4da.png`], 'äda.png'],
    ['quotes and backslashes', ['filename="a\\"b.png"'], 'a"b.png'],
    ['a Windows path', ['filename="C:\\\\photos\\\\ada.png"'], 'ada.png'],
    ['a Unix path', ['filename="../../etc/ada.png"'], 'ada.png'],
    ['UTF-8 as it is', ['filename="ünï.png"'], 'ünï.png'],
    ['control characters', ['filename="a\tb.png"'], 'ab.png'],
  ])('a form keeps only a clean name of %s', async (_what, [disposition], expected) => {
    const part = {
      headers: [`Content-Disposition: form-data; name="photo"; ${disposition}`, 'Content-Type: image/png'],
      content: png,
    };
    const answer = await put([part]);
    expect(answer.status).toBe(200);
    expect((fileOf(answer) as { fileName?: string }).fileName).toBe(expected);
  });

  it('a form cuts a name at 255 characters', async () => {
    const answer = await put([filePart('photo', png, `${'n'.repeat(900)}.png`)]);
    expect((fileOf(answer) as { fileName?: string }).fileName).toBe('n'.repeat(255));
  });

  it('a form needs no Content-Type on its part, and tolerates preamble, epilogue and a boundary of 70 characters', async () => {
    const bare = { headers: ['Content-Disposition: form-data; name="photo"; filename="f"'], content: png };
    const boundary = 'b'.repeat(70);
    const body = formBytes([bare], { boundary, preamble: 'ignore me\r\n', epilogue: 'and me' });
    const type = `multipart/form-data; charset=utf-8; boundary="${boundary}"`;
    expect((await converse(gateway.port, { send: [request(body, { type })] })).status).toBe(200);
  });

  it('a form may hold other fields and other files, which are dropped', async () => {
    const answer = await put([
      textPart('a', 'b'),
      filePart('other', 'not a picture'),
      filePart('photo', png),
      textPart('c[d]', 'e'),
    ]);
    expect(json(answer)).toEqual([200, [expect.anything()]]);
  });

  it.each<[string, readonly Part[], object]>([
    ['no parts at all', [], { plain: 'file-missing' }],
    [
      'a filename of nothing but dots',
      [filePart('photo', 'x', '..')],
      { plain: 'file-missing', sentAsText: true },
    ],
    ['no file', [textPart('a', 'b')], { plain: 'file-missing' }],
    ['its file under another name', [filePart('picture', 'x')], { plain: 'file-missing' }],
    ['its file as a text field', [textPart('photo', 'x')], { plain: 'file-missing', sentAsText: true }],
    [
      'an empty filename, as a browser sends when nothing was chosen',
      [filePart('photo', '', '', 'application/octet-stream')],
      { plain: 'file-missing', sentAsText: true },
    ],
    [
      'an octet stream without a filename',
      [
        {
          headers: ['Content-Disposition: form-data; name="photo"', 'Content-Type: application/octet-stream'],
          content: 'x',
        },
      ],
      { plain: 'file-missing', sentAsText: true },
    ],
    [
      'a picture as a long text field',
      [textPart('photo', 'x'.repeat(100_000))],
      { plain: 'file-missing', sentAsText: true },
    ],
    [
      'more files than allowed',
      Array(3).fill(filePart('photo', 'x'.repeat(50))),
      { plain: 'too-many-files' },
    ],
    ['an empty file', [filePart('photo', '')], { plain: 'file-too-small' }],
    ['a file over the limit', [filePart('photo', Buffer.alloc(200_001))], { plain: 'file-too-large' }],
    ['too many fields', Array(51).fill(textPart('a', 'b')), { plain: 'body-malformed', reason: 'limits' }],
    [
      'a field that is too long',
      [textPart('a', 'b'.repeat(1_048_577))],
      { plain: 'body-malformed', reason: 'limits' },
    ],
    [
      'text of more than 1 MiB in all its fields',
      Array(11).fill(textPart('a', 'b'.repeat(100_000))),
      { plain: 'body-malformed', reason: 'limits' },
    ],
    [
      'a field name that is too long',
      [textPart('a'.repeat(300), 'b')],
      { plain: 'body-malformed', reason: 'limits' },
    ],
    [
      'fields nested too deep',
      [textPart('a[b][c][d][e][f][g]', 'b')],
      { plain: 'body-malformed', reason: 'limits' },
    ],
    ['a part that is no picture', [filePart('photo', 'x'.repeat(50))], { plain: 'unsupported-format' }],
  ])('a form is refused with %s', async (_what, parts, expected) => {
    const { status, body } = await put(parts);
    expect(JSON.parse(body.toString())).toEqual(expected);
    expect(status).toBe(400);
  });

  it('a form is refused when it is cut off before its last boundary', async () => {
    const answer = await put([filePart('photo', png)], { closed: false });
    expect(json(answer)).toEqual([400, { plain: 'body-malformed', reason: 'syntax' }]);
  });

  it('a form is read to its end when a file of it begins with the delimiter', async () => {
    const head = 'Content-Disposition: form-data; name="photo"; filename="f.png"';
    const form = `--XbX\r\n${head}\r\n\r\n--XbX\r\n--a\r\n--XbX\r\n${head}\r\n\r\n\r\n--XbX--\r\n`;
    const answer = await converse(gateway.port, { send: [request(Buffer.from(form))] });
    expect(json(answer)).toEqual([400, { plain: 'file-too-small' }]);
  });

  it('a form is accepted with bare line feeds, its file byte for byte', async () => {
    const answer = await put([filePart('photo', png)], { newline: '\n' });
    const sha256 = createHash('sha256').update(png).digest('hex');
    expect(json(answer)).toEqual([200, [expect.objectContaining({ bytes: png.length, sha256 })]]);
  });

  it('a form is refused without a boundary', async () => {
    const send = [request(formBytes([filePart('photo', png)]), { type: 'multipart/form-data' })];
    expect(json(await converse(gateway.port, { send }))).toEqual([
      400,
      { plain: 'body-malformed', reason: 'boundary-missing' },
    ]);
  });

  it('a form is accepted in chunks', async () => {
    const body = formBytes([filePart('photo', png)]);
    const head =
      'PUT /plain/v1/people/ada/pictures HTTP/1.1\r\nHost: x\r\nX-Plain-Key: plain-writer-key\r\nContent-Type: multipart/form-data; boundary=XbX\r\nTransfer-Encoding: chunked\r\n\r\n';
    const half = Math.floor(body.length / 2);
    const chunk = (bytes: Buffer) =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    const send = [head, chunk(body.subarray(0, half)), 5, chunk(body.subarray(half)), '0\r\n\r\n'];
    expect((await converse(gateway.port, { send })).status).toBe(200);
  });
});

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
