import { filePart, formBytes, type Part, textPart } from '../gateway/support/multipart.ts';
import { FORM, form, type Make, type RawCase, type RawPictures, type RawRequest, sized } from './raw-case.ts';
import type { WireDialect } from './wire-dialect.ts';

/** Forms. */
export function formCases({ upload }: WireDialect, make: Make, { good }: RawPictures): RawCase[] {
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

function sizedShort(body: Buffer): Pick<RawRequest, 'lines' | 'body'> {
  const short = body.subarray(0, -4);
  return { lines: [`Content-Length: ${short.length}`, `Content-Type: ${FORM}`], body: [short] };
}
