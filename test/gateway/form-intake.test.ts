import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { converse, type RawAnswer } from '../raw/raw-client.ts';
import { aPng } from '../support/pictures.ts';
import { filePart, formBytes, type Part, textPart } from './support/multipart.ts';
import { fileOf, json, request } from './support/plain-upload.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;
let png: Buffer;

beforeAll(async () => {
  gateway = await startGateway();
  png = await aPng({ width: 40, height: 30 });
});
afterAll(() => gateway.stop());
afterEach(async () => expect(await gateway.spooled()).toEqual([]));

async function put(
  parts: readonly Part[],
  options: Parameters<typeof formBytes>[1] = {},
): Promise<RawAnswer> {
  return converse(gateway.port, { send: [request(formBytes(parts, options))] });
}

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
