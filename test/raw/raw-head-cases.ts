import { filePart } from '../gateway/support/multipart.ts';
import { form, type Make, type RawCase, type RawPictures, type RawRequest, sized } from './raw-case.ts';
import type { WireDialect } from './wire-dialect.ts';

/** Ids in the path. */
export function idCases({ upload, ids }: WireDialect, make: Make): RawCase[] {
  return ids.map(([raw, kind]) => make(`path id ${raw}`, kind, { target: upload.path(raw) }));
}

/** Paths. */
export function pathCases({ upload, subject, mount }: WireDialect, make: Make): RawCase[] {
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

/** Methods. */
export function methodCases({ upload }: WireDialect, make: Make): RawCase[] {
  const wrong = ['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH', 'PURGE', 'BREW', 'X'.repeat(30)];
  const cases = wrong.map((method) => make(`method ${method}`, 'method-not-allowed', { method }));
  return [
    ...cases,
    make('a method in lower case', ['method-not-allowed'], { method: upload.method.toLowerCase() }),
    make('a wrong method with a body', 'method-not-allowed', { method: 'SEARCH', ...sized('hello') }),
  ].map((one) => ({ ...one, allow: upload.method }));
}

/** Heads of requests. */
/** Heads that are wrong, or at the edge of right, whatever the body. */
export function headCases({ read }: WireDialect, make: Make): RawCase[] {
  const get = { method: 'GET', target: read };
  const bad = (name: string, request: RawRequest) => make(name, 'invalid-parameter', { ...get, ...request });
  const fine = (name: string, request: RawRequest) => make(name, 'good', { ...get, ...request });
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

/** Credentials. */
export function credentialCases(
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

/** Queries. */
export function queryCases({ upload, subject }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
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
