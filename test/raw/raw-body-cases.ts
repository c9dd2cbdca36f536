import { filePart, formBytes } from '../gateway/support/multipart.ts';
import { FORM, form, type Make, type RawCase, type RawPictures, sized } from './raw-case.ts';
import type { WireDialect } from './wire-dialect.ts';

/** Lengths and chunks of bodies. */
/** Bodies whose length or chunks are wrong. */
export function framingCases(dialect: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
  const { upload } = dialect;
  const body = upload.raw ? good : formBytes([filePart(upload.field, good)]);
  const type = `Content-Type: ${upload.raw ? 'image/png' : FORM}`;
  const length = (value: number | string) => `Content-Length: ${value}`;
  const chunked = 'Transfer-Encoding: chunked';
  const chunk = (bytes: Buffer, extension = '') =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${extension}\r\n`), bytes, Buffer.from('\r\n')]);
  const end = '0\r\n\r\n';
  return [
    make('chunks', 'good', { lines: [type, chunked], body: [chunk(body), end] }),
    make('chunks with extensions and a trailer', 'good', {
      lines: [type, chunked],
      body: [chunk(body, ';a=b'), '0\r\nTrailer: x\r\n\r\n'],
    }),
    make('many small chunks', 'good', {
      lines: [type, chunked],
      body: [...cutInto(body, 100).map((piece) => chunk(piece)), end],
    }),
    make('an empty run of chunks', 'body-missing', { lines: [type, chunked], body: [end] }),
    make('a chunk size that is none', 'body-malformed', { lines: [type, chunked], body: ['xyz\r\n'] }),
    make('a chunk longer than it says', 'body-malformed', {
      lines: [type, chunked],
      body: ['2\r\nabcdef\r\n', end],
    }),
    make('a negative chunk', 'body-malformed', { lines: [type, chunked], body: ['-5\r\n'] }),
    make('a chunk size past 64 bits', 'body-malformed', {
      lines: [type, chunked],
      body: [`${'f'.repeat(20)}\r\n`],
    }),
    make('chunks without end', 'length-mismatch', {
      lines: [type, chunked],
      body: [chunk(body.subarray(0, 50))],
      halfClose: true,
    }),
    make('a length and chunks', ['invalid-parameter', 'body-malformed', 'length-mismatch'], {
      lines: [type, length(5), chunked],
      body: [chunk(body), end],
    }),
    make('a coding that is not chunked', ['invalid-parameter', 'body-malformed', 'unsupported-media-type'], {
      lines: [type, 'Transfer-Encoding: gzip'],
    }),
    make('chunked twice', ['invalid-parameter', 'body-malformed', 'good'], {
      lines: [type, 'Transfer-Encoding: chunked, chunked'],
      body: [chunk(body), end],
    }),
    make('a length that is no number', ['length-mismatch', 'invalid-parameter'], {
      lines: [type, length('many')],
    }),
    make('a negative length', ['length-mismatch', 'invalid-parameter'], { lines: [type, length('-1')] }),
    make('a length with a sign', ['length-mismatch', 'invalid-parameter'], { lines: [type, length('+5')] }),
    make('a length in hex', ['length-mismatch', 'invalid-parameter'], { lines: [type, length('0x10')] }),
    make('two lengths that differ', ['length-mismatch', 'invalid-parameter'], {
      lines: [type, length(5), length(6)],
    }),
    make('a length past 64 bits', ['length-mismatch', 'invalid-parameter', 'file-too-large'], {
      lines: [type, length('9'.repeat(30))],
    }),
    make('a length of a terabyte', 'file-too-large', { lines: [type, length(2 ** 40)] }),
    make('fewer bytes than announced, then silence', 'request-timeout', {
      lines: [type, length(body.length + 10)],
      body: [body],
    }),
    make('no bytes behind a length, as the SDKs re-send after a 429', 'request-timeout', {
      lines: [type, length(body.length)],
    }),
    make('fewer bytes than announced, then the end', 'length-mismatch', {
      lines: [type, length(body.length + 10)],
      body: [body],
      halfClose: true,
    }),
    make('more bytes than announced', ['good'], { lines: [type, length(body.length)], body: [body, '\r\n'] }),
    make('no body', 'body-missing', { lines: [type] }),
    make('no body and no type', 'body-missing', {}),
    make('a length of zero', 'body-missing', { lines: [type, length(0)] }),
    make('one byte at a time at first', 'good', {
      lines: [type, length(body.length)],
      body: [...cutInto(body.subarray(0, 20), 1), 10, body.subarray(20)],
    }),
    make('100-continue', 'good', {
      lines: [type, length(body.length), 'Expect: 100-continue'],
      body: [body],
    }),
    make('gzip', 'unsupported-media-type', {
      lines: [type, length(body.length), 'Content-Encoding: gzip'],
      body: [body],
    }),
    make('an unknown coding', 'unsupported-media-type', {
      lines: [type, length(body.length), 'Content-Encoding: br, zip'],
      body: [body],
    }),
    make('identity', 'good', {
      lines: [type, length(body.length), 'Content-Encoding: identity'],
      body: [body],
    }),
  ];
}

/** Content types. */
export function contentTypeCases({ upload }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
  const types = [
    'image/png',
    'image/gif',
    'application/json',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'text/plain; charset=utf-16',
    'nonsense',
    '/',
    '*/*',
    `${'x'.repeat(2000)}/y`,
    'multipart/mixed; boundary=XbX',
    'multipart/related; boundary=XbX',
    'multipart/form-data, image/png',
  ];
  const raw = types.map((type) =>
    make(
      `a raw picture as ${type.slice(0, 40)}`,
      upload.raw ? 'good' : 'unsupported-media-type',
      sized(good, `Content-Type: ${type}`),
    ),
  );
  const wanted = formBytes([filePart(upload.field, good)]);
  const odd: readonly (readonly [string, RawCase['expected']])[] = [
    ['multipart/form-data; boundary="XbX"', 'good'],
    ['multipart/form-data;boundary=XbX;charset=utf-8', 'good'],
    ['Multipart/Form-Data; Boundary=XbX', 'good'],
    ['multipart/form-data; charset=utf-8; boundary=XbX', 'good'],
    ['multipart/form-data; boundary=other', 'body-malformed'],
    ['multipart/form-data; boundary=XbX;', 'good'],
    ['multipart/form-data; boundary=XbX;;', 'good'],
    ['multipart/form-data;\tboundary=XbX', 'good'],
    ['multipart/form-data; charset=; boundary=XbX', 'good'],
    ['multipart/form-data; parameter; boundary=XbX', 'good'],
    ['multipart/form-data; boundary =XbX', 'good'],
    ['multipart/form-data; boundary= XbX', 'good'],
    ['multipart/form-data; boundary="', upload.raw ? 'unsupported-format' : 'body-malformed'],
    ['multipart/form-data; boundary=', upload.raw ? 'unsupported-format' : 'body-malformed'],
    ['multipart/form-data', upload.raw ? 'unsupported-format' : 'body-malformed'],
    ['multipart/form-data; boundry=XbX', upload.raw ? 'unsupported-format' : 'body-malformed'],
  ];
  // RFC 9110 wants most of these in quotes; PHP and Starlette read them without (docs/decisions/0502).
  const unquoted = ['/', '=', ':', '?', '(', ')', '@', '[', '{', '<', ' ', ',', 'ü'].map((letter) => {
    const boundary = `Xb${letter}X`;
    const body = formBytes([filePart(upload.field, good)], { boundary });
    const declared = Buffer.from(`Content-Type: multipart/form-data; boundary=${boundary}`).toString(
      'latin1',
    );
    return make(`a form with the boundary ${boundary} without quotes`, 'good', sized(body, declared));
  });
  return [
    ...raw,
    ...unquoted,
    make('a raw picture without a type', upload.raw ? 'good' : 'unsupported-media-type', sized(good)),
    ...odd.map(([type, expected]) =>
      make(`a form as ${type}`, expected, sized(wanted, `Content-Type: ${type}`)),
    ),
  ];
}

/** Files. */
export function fileCases({ upload }: WireDialect, make: Make, { good, cut }: RawPictures): RawCase[] {
  const send = (content: Buffer) =>
    upload.raw ? sized(content, 'Content-Type: image/png') : form([filePart(upload.field, content)]);
  const padded = (content: Buffer) =>
    Buffer.concat([content, Buffer.alloc(Math.max(0, upload.minBytes - content.length))]);
  const small = upload.minBytes > 1 ? 'file-too-small' : undefined;
  return [
    make('text for a picture', 'unsupported-format', send(padded(Buffer.from('just text, no picture')))),
    make('JSON for a picture', 'unsupported-format', send(padded(Buffer.from('{"image":"none"}')))),
    make(
      'HTML for a picture',
      'unsupported-format',
      send(padded(Buffer.from('<html><script>alert(1)</script>'))),
    ),
    make('a ZIP archive', 'unsupported-format', send(padded(Buffer.from('PK\u0003\u0004 and so on')))),
    make(
      'a signature and nothing else',
      ['corrupt-image', 'unsupported-format'],
      send(padded(good.subarray(0, 12))),
    ),
    make('half a picture', 'corrupt-image', send(padded(cut))),
    make('zeros', 'unsupported-format', send(Buffer.alloc(Math.max(100, upload.minBytes)))),
    make('one byte', small ?? 'unsupported-format', send(Buffer.from('x'))),
    make('a file one byte too large', 'file-too-large', send(Buffer.alloc(upload.maxBytes + 1))),
    make(
      'an empty file in a form',
      upload.minBytes > 1
        ? 'file-too-small'
        : ['file-too-small', 'body-missing', 'unsupported-format', 'file-missing'],
      form([filePart(upload.field, '')]),
    ),
  ];
}

function cutInto(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
