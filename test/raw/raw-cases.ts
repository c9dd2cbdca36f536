import type { ProblemKind } from '../../src/domain/index.ts';
import { filePart, formBytes, type Part, textPart } from '../gateway/support/multipart.ts';
import type { RawScript } from './raw-client.ts';
import type { WireDialect } from './wire-dialect.ts';

/** One malformed or odd request and what must become of it. */
export interface RawCase {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly script: RawScript;
  /**
   * The problem that the dialect must report. `good`: a documented success. `house`: the path belongs to no
   * dialect.
   */
  readonly expected: ProblemKind | 'good' | 'house' | readonly (ProblemKind | 'good')[];
  readonly allow?: string;
}

/** Pictures that cases are built from. */
export interface RawPictures {
  /** Accepted by every dialect. */
  readonly good: Buffer;
  /** The same format, cut off in the middle. */
  readonly cut: Buffer;
}

const FORM = 'multipart/form-data; boundary=XbX';

/** All cases of a dialect: at least 120. */
export function rawCases(dialect: WireDialect, pictures: RawPictures): RawCase[] {
  const make = caseMaker(dialect);
  return [
    ...idCases(dialect, make),
    ...pathCases(dialect, make),
    ...methodCases(dialect, make),
    ...headCases(dialect, make),
    ...framingCases(dialect, make, pictures),
    ...credentialCases(dialect, make, pictures),
    ...queryCases(dialect, make, pictures),
    ...contentTypeCases(dialect, make, pictures),
    ...formCases(dialect, make, pictures),
    ...fileCases(dialect, make, pictures),
  ];
}

interface Request {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** After Host and credential; each a whole line. */
  readonly lines?: readonly string[];
  readonly host?: readonly string[];
  readonly credential?: readonly string[];
  /** Sent after the head, as they are; a number waits that many milliseconds. */
  readonly body?: readonly (string | Buffer | number)[];
  readonly halfClose?: boolean;
}

type Make = (name: string, expected: RawCase['expected'], request: Request) => RawCase;

function caseMaker({ upload, subject, credential }: WireDialect): Make {
  return (name, expected, request) => {
    const { method = upload.method, target = upload.path(subject), version = 'HTTP/1.1' } = request;
    const { host = ['Host: gateway.test'], credential: auth = [credential], lines = [], body = [] } = request;
    const head = [`${method} ${target} ${version}`, ...host, ...auth, ...lines, '', ''].join('\r\n');
    return {
      name,
      method,
      target,
      expected,
      script: {
        send: [Buffer.from(head, 'latin1'), ...body],
        ...(request.halfClose && { halfClose: true }),
        ...(method === 'HEAD' && { bodiless: true }),
      },
    };
  };
}

/** A whole body with its length. */
function sized(body: Buffer | string, ...lines: string[]): Pick<Request, 'lines' | 'body'> {
  return { lines: [`Content-Length: ${body.length}`, ...lines], body: [body] };
}

function form(
  parts: readonly Part[],
  options: Parameters<typeof formBytes>[1] = {},
): Pick<Request, 'lines' | 'body'> {
  return sized(formBytes(parts, options), `Content-Type: ${FORM}`);
}

function idCases({ upload, ids }: WireDialect, make: Make): RawCase[] {
  return ids.map(([raw, kind]) => make(`path id ${raw}`, kind, { target: upload.path(raw) }));
}

function pathCases({ upload, subject, mount }: WireDialect, make: Make): RawCase[] {
  const path = upload.path(subject);
  const unknown: readonly (readonly [string, string])[] = [
    ['an unknown path', `${mount}/nothing/here`],
    ['the mount alone with a slash', `${mount}/`],
    ['an extra segment', `${path}/more`],
    ['a trailing slash', `${path}/`],
    ['a doubled slash', path.replace(/\/(?=[^/]*$)/, '//')],
    ['another case', path.replace(/[a-z]+$/i, (word) => word.toUpperCase())],
    ['a matrix parameter', `${path};v=1`],
    ['a dot segment', `${mount}/./nothing`],
    ['a backslash', `${mount}/\\nothing`],
    ['an encoded NUL', `${path}%00`],
    ['a bad escape', `${path}%zz`],
    ['a long path', `${mount}/${'segment/'.repeat(400)}`],
    ['a thousand slashes', `${mount}${'/'.repeat(1000)}`],
    ['a path in UTF-8', `${mount}/%C3%BC`],
  ];
  return [
    ...unknown.map(([name, target]) => make(name, 'route-not-found', { method: 'GET', target })),
    make(
      'an encoded slash between segments',
      ['route-not-found', 'invalid-parameter', 'method-not-allowed'],
      {
        method: 'GET',
        target: path.replace(/\/(?=[^/]*$)/, '%2F'),
      },
    ),
    make('raw bytes above ASCII', ['route-not-found', 'invalid-parameter'], {
      method: 'GET',
      target: `${mount}/\u00fc`,
    }),
    make('the absolute form of a proxy', 'body-missing', { target: `http://gateway.test${path}` }),
    make('escaped letters of a literal', 'body-missing', { target: path.replace(/e/, '%65') }),
    make('a fragment', 'body-missing', { target: `${path}#top` }),
  ];
}

function methodCases({ upload }: WireDialect, make: Make): RawCase[] {
  const wrong = ['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH', 'PURGE', 'BREW', 'X'.repeat(30)];
  const cases = wrong.map((method) => make(`method ${method}`, 'method-not-allowed', { method }));
  return [
    ...cases,
    make('a method in lower case', ['method-not-allowed'], { method: upload.method.toLowerCase() }),
    make('a wrong method with a body', 'method-not-allowed', { method: 'SEARCH', ...sized('hello') }),
  ].map((one) => ({ ...one, allow: upload.method }));
}

/** Heads that are wrong, or at the edge of right, whatever the body. */
function headCases({ read }: WireDialect, make: Make): RawCase[] {
  const get = { method: 'GET', target: read };
  const bad = (name: string, request: Request) => make(name, 'invalid-parameter', { ...get, ...request });
  const fine = (name: string, request: Request) => make(name, 'good', { ...get, ...request });
  return [
    bad('no Host', { host: [] }),
    bad('two Hosts', { host: ['Host: a', 'Host: b'] }),
    bad('an impossible expectation', { lines: ['Expect: a-miracle'] }),
    bad('a header without a colon', { lines: ['Header'] }),
    bad('a header without a name', { lines: [': value'] }),
    bad('a blank before the colon', { lines: ['Header : value'] }),
    bad('a NUL in a value', { lines: ['Header: a\0b'] }),
    bad('a bare carriage return in a value', { lines: ['Header: a\rb'] }),
    bad('a control character in a name', { lines: ['He\u0001ader: x'] }),
    bad('a folded header', { lines: ['Header: a', ' b'] }),
    bad('a header of 20 KB', { lines: [`Header: ${'x'.repeat(20_000)}`] }),
    bad('headers of 40 KB', { lines: Array.from({ length: 400 }, (_, at) => `H${at}: ${'x'.repeat(95)}`) }),
    bad('a query of 20 KB', { target: `${read}?q=${'x'.repeat(20_000)}` }),
    bad('HTTP/9.9', { version: 'HTTP/9.9' }),
    bad('no version', { version: 'HTTP/' }),
    // A picture is sent whatever Accept says.
    make('an Accept that rules everything out', read.endsWith('/image') ? 'good' : 'not-acceptable', {
      ...get,
      lines: ['Accept: text/x-none'],
    }),
    fine('an Accept with room for anything', { lines: ['Accept: text/html, */*;q=0.1'] }),
    fine('an Accept that is none', { lines: ['Accept: whatever'] }),
    fine('an empty header', { lines: ['Header:'] }),
    fine('a header many times', { lines: Array.from({ length: 100 }, () => 'Header: x') }),
    // Node's parser takes the line for HTTP/1; no harm comes of it.
    fine('HTTP/2 in words', { version: 'HTTP/2.0' }),
    fine('HTTP/1.0', { version: 'HTTP/1.0' }),
    fine('a Host that is none', { host: ['Host: <script>'] }),
    fine('bytes above ASCII in a value', { lines: ['Header: \u00fc\u00e4'] }),
    fine('a traceparent that is none', { lines: ['traceparent: 00-zz-zz-00'] }),
    fine('cookies', { lines: ['Cookie: a=b; c', 'Cookie: d'] }),
    fine('an Upgrade nobody asked for', { lines: ['Connection: Upgrade', 'Upgrade: websocket'] }),
    fine('a language that does not exist', { lines: ['Accept-Language: tlh, x;q=zero'] }),
    fine('a range of no picture', { lines: ['Range: bytes=5-2'] }),
    fine('Content-Type on a GET', { lines: ['Content-Type: application/json'] }),
    fine('a body on a GET', sized('{"a":1}', 'Content-Type: application/json')),
    fine('blank lines before the request', { method: '\r\n\r\nGET' }),
  ];
}

/** Bodies whose length or chunks are wrong. */
function framingCases(dialect: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
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

function credentialCases(
  { badCredentials, read }: WireDialect,
  make: Make,
  { good }: RawPictures,
): RawCase[] {
  const refused = (name: string, credential: readonly string[]) =>
    make(name, 'unauthenticated', { credential, ...sized(good, 'Content-Type: image/png') });
  return [
    refused('no credential', []),
    refused('a credential in the query alone', []),
    ...badCredentials.map((line) => refused(`credential ${line.slice(0, 60)}`, [line])),
    make('no credential on a read', 'unauthenticated', { method: 'GET', target: read, credential: [] }),
  ];
}

function queryCases({ upload, subject }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
  const body = upload.raw ? sized(good) : form([filePart(upload.field, good)]);
  const ask = (query: string, expected: RawCase['expected']) =>
    make(`query ${query.slice(0, 40)}`, expected, { target: `${upload.path(subject)}?${query}`, ...body });
  return [
    ask('', 'good'),
    ask('&&', 'good'),
    ask('=', 'good'),
    ask('a=1&a=2', 'good'),
    ask('__proto__=x&constructor=y&toString=z', 'good'),
    ask('a%5Bb%5D=c', 'good'),
    ask('?', 'good'),
    ask('a=%00', 'good'),
    ask(`a=${'x'.repeat(4000)}`, 'good'),
    ask('a=%zz', 'invalid-parameter'),
    ask('%E0%A4%A=1', 'invalid-parameter'),
  ];
}

function contentTypeCases({ upload }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
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

function formCases({ upload }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
  const { field, raw, maxFiles, surplus } = upload;
  const file = filePart(field, good);
  const named = (disposition: string, content: Buffer | string = good): Part => ({
    headers: [`Content-Disposition: ${disposition}`, 'Content-Type: image/png'],
    content,
  });
  const tooMany = Array.from({ length: maxFiles + 1 }, () => file);
  return [
    make('a plain form', 'good', form([file])),
    make('a preamble and an epilogue', 'good', form([file], { preamble: 'hello\r\n', epilogue: 'bye' })),
    make('a part without Content-Type', 'good', form([{ headers: [file.headers[0] ?? ''], content: good }])),
    make('a part of text/plain', 'good', form([filePart(field, good, 'a.txt', 'text/plain')])),
    make(
      'a filename* alone',
      'good',
      form([named(`form-data; name="${field}"; filename*=UTF-8''a%20b.png`)]),
    ),
    make('a filename with quotes', 'good', form([named(`form-data; name="${field}"; filename="a\\"b.png"`)])),
    make(
      'a filename that climbs',
      'good',
      form([named(`form-data; name="${field}"; filename="../../x.png"`)]),
    ),
    make(
      'a filename of 4,000 characters',
      'good',
      form([named(`form-data; name="${field}"; filename="${'n'.repeat(4000)}"`)]),
    ),
    make('a filename with a NUL', 'good', form([named(`form-data; name="${field}"; filename="a%00b.png"`)])),
    make('an unquoted filename', 'good', form([named(`form-data; name=${field}; filename=a.png`)])),
    make(
      'other fields and files',
      'good',
      form(raw ? [textPart('a', 'b'), file] : [textPart('a', 'b'), filePart('zzz', 'x'), file]),
    ),
    make(
      'fields called like members of objects',
      'good',
      form([textPart('__proto__', 'x'), textPart('constructor', 'y'), file]),
    ),
    make('a form cut off', 'body-malformed', form([file], { closed: false })),
    make('a form with bare line feeds', 'good', form([file], { newline: '\n' })),
    make('a form of nothing', ['file-missing', 'body-malformed'], form([])),
    make('a form of noise', 'body-malformed', sized(Buffer.alloc(500, 7), `Content-Type: ${FORM}`)),
    make(
      'a part header without end',
      'body-malformed',
      sized(`--XbX\r\nContent-Disposition: form-data`, `Content-Type: ${FORM}`),
    ),
    make(
      'a part header of 90 KB',
      ['body-malformed', 'file-missing'],
      form([{ headers: [`X: ${'y'.repeat(90_000)}`], content: 'x' }]),
    ),
    make(
      'a part without disposition',
      'file-missing',
      form([{ headers: ['Content-Type: image/png'], content: good }]),
    ),
    make(
      'a part without a name',
      ['file-missing', 'body-malformed', 'good'],
      form([named('form-data; filename="a.png"')]),
    ),
    make(
      'an attachment for a disposition',
      'good',
      form([named(`attachment; name="${field}"; filename="a.png"`, good)]),
    ),
    make('a file for a disposition', 'good', form([named(`file; name="${field}"; filename="a.png"`)])),
    make(
      'a semicolon behind the disposition',
      'good',
      form([named(`form-data; name="${field}"; filename="a.png";`)]),
    ),
    make(
      'an unquoted filename with a blank',
      'good',
      form([named(`form-data; name=${field}; filename=a b.png`)]),
    ),
    make(
      'blanks around the equals signs',
      'good',
      form([named(`form-data; name = "${field}"; filename = "a.png"`)]),
    ),
    make(
      'a filename without a closing quote',
      'good',
      form([named(`form-data; name="${field}"; filename="a.png`)]),
    ),
    make(
      'a line without a colon in a part header',
      'good',
      form([{ headers: [file.headers[0] ?? '', 'nonsense'], content: good }]),
    ),
    make('a last delimiter without dashes', 'good', form([file], { closed: false, epilogue: '--XbX\r\n' })),
    make(
      'a last delimiter and nothing behind it',
      'good',
      form([file], { closed: false, epilogue: '--XbX' }),
    ),
    make('no file', 'file-missing', form([textPart('a', 'b')])),
    make('the file as text', 'file-missing', form([textPart(field, 'picture')])),
    make('the file without a filename', 'file-missing', form([named(`form-data; name="${field}"`, 'short')])),
    make('an empty filename', 'file-missing', form([named(`form-data; name="${field}"; filename=""`, '')])),
    make('a misnamed file', raw ? 'good' : 'file-missing', form([filePart(`${field}s`, good)])),
    make('files beyond the limit', surplus === 'refuse' ? 'too-many-files' : 'good', form(tooMany)),
    make(
      'sixty fields',
      'body-malformed',
      form([...Array.from({ length: 60 }, () => textPart('a', 'b')), file]),
    ),
    make(
      'a hundred parts',
      ['body-malformed', 'too-many-files', 'file-missing'],
      form(Array.from({ length: 100 }, () => filePart('other', 'x'))),
    ),
    make('a field of 100 KB', 'good', form([textPart('a', 'b'.repeat(100_000)), file])),
    make('a field name of 1,000 characters', 'body-malformed', form([textPart('a'.repeat(1000), 'b'), file])),
    make('a field nested ten deep', 'body-malformed', form([textPart(`a${'[b]'.repeat(10)}`, 'c'), file])),
    make(
      'a list field of a billion',
      ['body-malformed', 'good'],
      form([textPart('a[1000000000]', 'c'), file]),
    ),
    make(
      'a boundary inside the picture',
      'good',
      form([filePart(field, Buffer.concat([good, Buffer.from('--XbY')]))]),
    ),
    make('a length that cuts the last boundary', ['body-malformed', 'good'], sizedShort(formBytes([file]))),
  ];
}

function fileCases({ upload }: WireDialect, make: Make, { good, cut }: RawPictures): RawCase[] {
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

function sizedShort(body: Buffer): Pick<Request, 'lines' | 'body'> {
  const short = body.subarray(0, -4);
  return { lines: [`Content-Length: ${short.length}`, `Content-Type: ${FORM}`], body: [short] };
}

function cutInto(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
