import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, jest } from '@jest/globals';
import busboy from 'busboy';
import * as fc from 'fast-check';
import { createFormNormaliser } from '../../../src/gateway/intake/normalise-form.ts';

interface Part {
  readonly kind: 'file' | 'field';
  readonly content: string;
}

const HEAD = { file: 'name="f"; filename="f.jpg"', field: 'name="t"' };

function encode(parts: readonly Part[], newline: string): Buffer {
  const bodies = parts.map(({ kind, content }) =>
    ['--ab', `Content-Disposition: form-data; ${HEAD[kind]}`, '', content, ''].join(newline),
  );
  return Buffer.from(`${bodies.join('')}--ab--${newline}`, 'latin1');
}

function cutUp(body: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at < body.length) chunks.push(body.subarray(at, at + size));
    at += size;
  }
  if (at < body.length) chunks.push(body.subarray(at));
  return chunks;
}

/** The contents of all parts, in the order of the form, as the parser gives them. */
async function read(chunks: readonly Buffer[], boundary = 'ab'): Promise<readonly string[]> {
  const { contentType, stream } = createFormNormaliser(boundary);
  const parser = busboy({ headers: { 'content-type': contentType } });
  const parts: Promise<string>[] = [];
  parser.on('field', (_name, text) => parts.push(Promise.resolve(text)));
  parser.on('file', (_name, file) => {
    parts.push(
      file
        .toArray()
        .then((pieces: Buffer[]) => Buffer.concat(pieces).toString('latin1'))
        .catch(() => 'cut'),
    );
  });
  await pipeline(Readable.from(chunks), stream, parser);
  return await Promise.all(parts);
}

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r\n--a',
        '\r\n--',
        '\n--a',
        '\r\n',
        '\r',
        '\n',
        '-',
        '--ab',
        '\r\n-- ab',
        '\r\n--abc',
        '\r\n--ab-',
      ),
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^ -~]/g, '?')),
      fc.integer({ min: 1, max: 400 }).map((length) => 'p'.repeat(length)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const sizesOfChunks = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 });

describe.each([
  ['CRLF', '\r\n', /\r\n--ab(?:--|[ \t]*\r?\n)/],
  ['LF', '\n', /\n--ab(?:--|[ \t]*\r?\n)/],
])('createFormNormaliser on a form with %s', (_name, newline, delimiter) => {
  const isSound = ({ content: text }: Part) =>
    !delimiter.test(`${newline}${newline}${text}${newline}`.slice(newline.length));
  const parts = fc
    .array(fc.record({ kind: fc.constantFrom<Part['kind']>('file', 'field'), content }), {
      minLength: 1,
      maxLength: 5,
    })
    .filter((all) => all.every(isSound));

  it('createFormNormaliser passes every byte of every part on, however the form is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(parts, sizesOfChunks, async (all, sizes) => {
        const chunks = cutUp(encode(all, newline), sizes);
        expect(await read(chunks)).toEqual(all.map((part) => part.content));
      }),
      { numRuns: 500 },
    );
  });

  it('createFormNormaliser reads a preamble, padding behind delimiters, and an epilogue', async () => {
    const body = encode([{ kind: 'file', content: 'x' }], newline).toString();
    const form = `about --ab${newline} this${newline}${body.replace(`--ab${newline}`, `--ab \t${newline}`)}and${newline}--ab${newline}more`;
    for (const size of [1, 2, 3, 7, 1_000]) {
      expect(await read(cutUp(Buffer.from(form), Array(form.length).fill(size)))).toEqual(['x']);
    }
  });

  it.each(['', newline, '-', ' '])(
    'createFormNormaliser reads a last delimiter that ends with %j instead of two dashes',
    async (end) => {
      const form = encode([{ kind: 'file', content: 'x' }], newline).toString();
      const cut = form.slice(0, form.lastIndexOf('--ab--') + '--ab'.length) + end;
      for (const size of [1, 5, 1_000]) {
        expect(await read(cutUp(Buffer.from(cut), Array(cut.length).fill(size)))).toEqual(['x']);
      }
    },
  );

  it('createFormNormaliser fails where the form ends anywhere before its last delimiter', async () => {
    const form = encode(
      [
        { kind: 'file', content: 'some content' },
        { kind: 'field', content: 'more' },
      ],
      newline,
    );
    const end = form.lastIndexOf('--ab--') + '--ab'.length;
    const firstEnd = form.indexOf('--ab', 4);
    for (let length = 0; length < end; length += 1) {
      // A form that is cut behind the delimiter of the first part looks complete: it has that part alone.
      if (length >= firstEnd + '--ab'.length && length <= firstEnd + '--ab'.length + newline.length) continue;
      if (length >= '--ab'.length && length <= '--ab'.length + newline.length) continue;
      await expect(read([form.subarray(0, length)])).rejects.toThrow();
    }
  });
});

describe('createFormNormaliser', () => {
  it('createFormNormaliser fails where no line of the body is a delimiter', async () => {
    await expect(read([Buffer.from('nothing of the kind\r\n--abc\r\n')])).rejects.toThrow();
  });

  it('createFormNormaliser fails on a part header that never ends', async () => {
    const form = Buffer.from(`--ab\r\nContent-Disposition: ${'x'.repeat(20_000)}`);
    await expect(read([form, Buffer.from('x')])).rejects.toThrow('too long');
  });

  it('createFormNormaliser reads a body of nothing but delimiters in one pass', async () => {
    const { stream } = createFormNormaliser('ab');
    stream.resume();
    stream.write(`--ab\r\n\r\n${'\r\n--ab'.repeat(200_000)}`);
    stream.end();
    await expect(once(stream, 'end')).rejects.toThrow();
  });

  it('createFormNormaliser reads a boundary in UTF-8', async () => {
    const boundary = Buffer.from('grenzlinie-ü').toString('latin1');
    const form = Buffer.from(
      '--grenzlinie-ü\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--grenzlinie-ü--\r\n',
    );
    expect(await read([form], boundary)).toEqual(['x']);
  });

  /** How often the normaliser looked for bytes, and how many bytes it copied and compared for that. */
  async function countWork(chunks: readonly Buffer[], boundary = 'ab') {
    const { stream } = createFormNormaliser(boundary);
    const searches = jest.spyOn(Buffer.prototype, 'indexOf');
    const joined = jest.spyOn(Buffer, 'concat');
    stream.resume();
    for (const chunk of chunks) stream.write(chunk);
    stream.destroy();
    const work = {
      searches: searches.mock.calls.length,
      copiedBytes: joined.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0),
    };
    searches.mockRestore();
    joined.mockRestore();
    return work;
  }

  it('createFormNormaliser reads the header of a part once, also where each byte is a chunk', async () => {
    const form = Buffer.from(`--ab\r\n${'a\n'.repeat(2_000)}${'b'.repeat(2_000)}`);
    const { searches, copiedBytes } = await countWork(cutUp(form, Array(form.length).fill(1)));
    expect(searches).toBeLessThan(3 * form.length);
    expect(copiedBytes).toBeLessThan(form.length);
  });

  it('createFormNormaliser looks for the first delimiter at beginnings of lines alone', async () => {
    const { searches } = await countWork([Buffer.from(`x${'-'.repeat(50_000)}`)], '-'.repeat(500));
    expect(searches).toBeLessThan(10);
  });

  it.each([
    ['a text field', 'name="t"'],
    ['a text field whose name looks like that of a file', 'name="a; filename=\\"b\\"; filename="'],
    ['a text field with an empty file name', 'name="t"; filename=""'],
  ])(
    'createFormNormaliser gives the parser few pieces of %s that arrives byte by byte',
    async (_what, disposition) => {
      const content = Array<Buffer>(100_000).fill(Buffer.from('t'));
      const begin = Buffer.from(`--ab\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`);
      const { stream } = createFormNormaliser('ab');
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      await pipeline(Readable.from([begin, ...content, Buffer.from('\r\n--ab--')]), stream);
      expect(pieces.length).toBeLessThan(50);
      expect(Buffer.concat(pieces).includes('t'.repeat(100_000))).toBe(true);
    },
  );

  it('createFormNormaliser passes on at once what came of a file', async () => {
    const { stream } = createFormNormaliser('ab');
    stream.write('--ab\r\nContent-Disposition: form-data; name="f"; filename="f.jpg"\r\n\r\nbegun');
    expect(String(stream.read())).toMatch(/begun$/);
  });
});
