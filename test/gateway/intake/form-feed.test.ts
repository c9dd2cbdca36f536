import type { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import busboy from 'busboy';
import * as fc from 'fast-check';
import { createFormFeed, plainDelimiter } from '../../../src/gateway/intake/form-feed.ts';

const CONTENT_TYPE = 'multipart/form-data; boundary=ab';

interface Part {
  readonly kind: 'file' | 'field' | 'nameless';
  readonly content: string;
}

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r\n--a', '\r\n--', '\r\n', '\r', '-', '--ab', '\r\n-- ab'),
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^ -~]/g, '?')),
      fc.integer({ min: 1, max: 400 }).map((length) => 'p'.repeat(length)),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const wellFormed = content.filter((text) => !`\r\n${text}\r\n`.includes('\r\n--ab'));
const formOf = (contents: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom<Part['kind']>('file', 'file', 'field', 'nameless'),
      content: contents,
    }),
    { minLength: 1, maxLength: 5 },
  );
const sizesOfChunks = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 40 });

function encode(parts: readonly Part[]): Buffer {
  const head = { file: 'name="f"; filename="f.jpg"', field: 'name="t"', nameless: 'filename="g.jpg"' };
  const bodies = parts.map(
    ({ kind, content }) => `--ab\r\nContent-Disposition: form-data; ${head[kind]}\r\n\r\n${content}\r\n`,
  );
  return Buffer.from(`${bodies.join('')}--ab--\r\n`);
}

/** What comes out of the files, each in its order, or what is wrong with the form; and how many bytes the parser saw, in how many pieces. */
async function read(
  chunks: readonly Buffer[],
  options: { readonly past: boolean; readonly slow: boolean },
): Promise<{ readonly files: readonly string[] | string; readonly parsed: number; readonly pieces: number }> {
  const parser = busboy({ headers: { 'content-type': CONTENT_TYPE } });
  const failure = new AbortController();
  const { signal } = failure;
  let parsed = 0;
  let pieces = 0;
  const write = parser.write.bind(parser);
  parser.write = (piece: Buffer, ...rest: never[]) => {
    parsed += piece.length;
    pieces += 1;
    return write(piece, ...rest);
  };
  const feed = createFormFeed(parser, options.past ? plainDelimiter(CONTENT_TYPE) : undefined, signal);
  const files: string[] = [];
  const readings: Promise<void>[] = [];
  parser.on('file', (_name: string, stream: Readable) => {
    const at = files.push('') - 1;
    const reading = feed.readFile(stream, (chunk) => {
      files[at] += chunk.toString('latin1');
      return options.slow ? new Promise((resolve) => setImmediate(resolve)) : undefined;
    });
    // A form that is wrong fails its files as well; what is wrong is told once.
    readings.push(reading.catch(() => {}));
  });
  const ended = new Promise<void>((resolve) => parser.on('close', resolve));
  parser.on('error', (cause: Error) => {
    failure.abort(cause);
    parser.destroy();
  });
  for (const chunk of chunks) if (!signal.aborted) await feed.take(chunk);
  if (!signal.aborted) await feed.end().catch((cause: unknown) => failure.abort(cause));
  if (signal.aborted) parser.destroy();
  await ended;
  await Promise.all(readings);
  return { files: signal.aborted ? String(signal.reason) : files, parsed, pieces };
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

describe('what goes past the parser of forms', () => {
  it('is nothing that the parser would have made anything else of', async () => {
    await fc.assert(
      fc.asyncProperty(formOf(wellFormed), sizesOfChunks, fc.boolean(), async (parts, sizes, slow) => {
        const chunks = cutUp(encode(parts), sizes);
        const past = await read(chunks, { past: true, slow });
        const whole = await read([encode(parts)], { past: false, slow: false });
        expect(past.files).toEqual(whole.files);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to an end, whatever the form and its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(formOf(content), sizesOfChunks, fc.boolean(), async (parts, sizes, past) => {
        await read(cutUp(encode(parts), sizes), { past, slow: false });
      }),
      { numRuns: 500 },
    );
  });

  it('is no longer looked for in a body of nothing but delimiters', async () => {
    const parts = Array.from({ length: 300 }, (_, at): Part => ({ kind: 'file', content: `file ${at}` }));
    const body = Buffer.concat([encode(parts), Buffer.from('\r\n--ab'.repeat(20_000))]);
    const chunks = cutUp(
      body,
      Array.from({ length: 60 }, () => 3_000),
    );
    const { files, pieces } = await read(chunks, { past: true, slow: false });
    expect(files).toEqual(parts.map(({ content }) => content));
    expect(pieces).toBeLessThan(400);
  });

  it('comes to an end where nobody reads one of the files', async () => {
    const parser = busboy({ headers: { 'content-type': CONTENT_TYPE } });
    parser.on('file', () => {});
    const feed = createFormFeed(parser, plainDelimiter(CONTENT_TYPE), new AbortController().signal);
    const form = encode([{ kind: 'nameless', content: 'p'.repeat(300_000) }]);
    for (const chunk of cutUp(form, [20, 100_000, 100_000])) await feed.take(chunk);
    await feed.end();
    expect(parser.writableLength).toBe(0);
  });

  it('is the middle of a file', async () => {
    const photograph = 'p'.repeat(500_000);
    const chunks = cutUp(
      encode([
        { kind: 'field', content: 'first' },
        { kind: 'file', content: photograph },
      ]),
      Array.from({ length: 30 }, () => 20_000),
    );
    const { files, parsed } = await read(chunks, { past: true, slow: false });
    expect(files).toEqual([photograph]);
    expect(parsed).toBeLessThan(150_000);
  });

  it('keeps the order where whoever takes a file asks for time', async () => {
    const text = Array.from({ length: 2_000 }, (_, at) => `${at}\r`).join('');
    const chunks = cutUp(
      encode([{ kind: 'file', content: text }]),
      Array.from({ length: 900 }, () => 11),
    );
    expect((await read(chunks, { past: true, slow: true })).files).toEqual([text]);
  });

  it('waits for whoever spells the boundary in a way of their own', () => {
    expect(plainDelimiter('multipart/form-data; boundary=ab')?.toString()).toBe('\r\n--ab');
    expect(plainDelimiter('Multipart/Form-Data;boundary="a b:c"')?.toString()).toBe('\r\n--a b:c');
    for (const odd of [
      undefined,
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; charset=utf-8; boundary=ab',
      'multipart/form-data; boundary=ab; boundary=cd',
      'multipart/form-data; boundary=ab;',
      'multipart/form-data; boundary="a\\"b"',
      'multipart/form-data; boundary="ab',
      'multipart/form-data; boundary="ab "',
      `multipart/form-data; boundary=${'a'.repeat(71)}`,
    ]) {
      expect(plainDelimiter(odd)).toBeUndefined();
    }
  });
});
