import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';
import { normaliseDisposition } from './content-disposition.ts';

/** Rewrites a form on its way to the parser, in the one spelling that the parser is known to read. */
export interface FormNormaliser {
  /** The Content-Type of what comes out. */
  readonly contentType: string;
  readonly stream: Transform;
}

/** Longest header of a part, in bytes. The parser has the same limit. */
const MAX_PART_HEADER_BYTES = 16 * 1024;
/** How much of a text field is joined for the parser, in bytes, because it keeps each piece until the field ends. */
const TEXT_PIECE_BYTES = 4 * 1024;
/** A file for certain. Whatever else may be one is joined as well, so that it reaches the parser a little later. */
const FILE = /^content-disposition: form-data; ?name="(?:[^"\\]|\\.)*"; ?filename="[^"]/i;
/** Most blanks that count as padding behind a delimiter. */
const MAX_PADDING_BYTES = 256;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** The part of a form to which the next bytes belong. */
type Place = 'preamble' | 'header' | 'content' | 'epilogue';

/**
 * Rewrites a form for busboy, which silently skips a part that it does not understand, so that the file seems to
 * be missing. Delimiters and part headers are read as leniently as Starlette and PHP do (docs/decisions/0502).
 * Every byte between them stays as it is. The new boundary is random, so that no bytes of a file look like it.
 * Fails where the form cannot be read, or ends in the middle of a part.
 */
export function createFormNormaliser(boundary: string): FormNormaliser {
  const own = randomUUID();
  const open = Buffer.from(`--${boundary}`, 'latin1');
  const openLine = Buffer.from(`\n--${boundary}`, 'latin1');
  /** The delimiter inside of the form: it begins with the line break that ended the form's first line. */
  let delimiter = open;
  let place: Place = 'preamble';
  let isFirst = true;
  /** The beginning of a delimiter, which the next chunk may complete. */
  let rest: Buffer = Buffer.alloc(0);
  /** The header of a part, as far as it came. */
  const header = createGrowingBuffer(MAX_PART_HEADER_BYTES);
  let isFile = false;
  const text = createGrowingBuffer(TEXT_PIECE_BYTES);

  /** Reads as far as possible, and returns how many bytes were read. `isLast`: no bytes follow. */
  function advance(bytes: Buffer, isLast: boolean): number {
    let at = 0;
    while (place !== 'epilogue') {
      const next = place === 'header' ? readHeader(bytes, at) : readToDelimiter(bytes, at, isLast);
      if (next === at) return at;
      at = next;
    }
    return bytes.length;
  }

  /** The preamble or a content: everything before the next delimiter. */
  function readToDelimiter(bytes: Buffer, from: number, isLast: boolean): number {
    for (let at = findDelimiter(bytes, from); at >= 0; at = findDelimiter(bytes, at + 1)) {
      const end = endOfDelimiter(bytes, at + delimiter.length, isLast);
      if (end === 'none') continue;
      pass(bytes.subarray(from, at));
      // In the preamble, the line break before the delimiter is needed again.
      if (end === 'unknown') return place === 'preamble' && at > 0 ? at - 1 : at;
      if (place === 'content') endContent();
      isFirst = false;
      if (end === 'form') return endForm(bytes);
      // All lines end in the same way as the first one.
      if (place === 'preamble')
        delimiter = Buffer.concat([bytes[end - 2] === CR ? Buffer.from('\r\n') : Buffer.from('\n'), open]);
      place = 'header';
      return end;
    }
    const kept = bytes.length - begunDelimiter(bytes.subarray(from));
    pass(bytes.subarray(from, kept));
    if (kept > 0) isFirst = false;
    return kept;
  }

  function findDelimiter(bytes: Buffer, from: number): number {
    if (place === 'content') return bytes.indexOf(delimiter, from);
    if (isFirst && from === 0 && bytes.subarray(0, open.length).equals(open)) return 0;
    // Without the line break there would be a match at each of a thousand dashes.
    const lineBreak = bytes.indexOf(openLine, Math.max(0, from - 1));
    return lineBreak < 0 ? -1 : lineBreak + 1;
  }

  function pass(content: Buffer): void {
    if (place !== 'content' || content.length === 0) return;
    if (isFile) stream.push(content);
    else text.append(content);
    if (text.length >= TEXT_PIECE_BYTES) passText();
  }

  function passText(): void {
    if (text.length > 0) stream.push(text.bytes());
    text.clear();
  }

  function endContent(): void {
    passText();
    stream.push('\r\n');
  }

  /** How many of the last bytes may be the beginning of a delimiter. */
  function begunDelimiter(bytes: Buffer): number {
    if (place === 'preamble') return Math.min(bytes.length, delimiter.length);
    const tail = bytes.subarray(Math.max(0, bytes.length - delimiter.length + 1));
    const first = tail.indexOf(delimiter[0] ?? LF);
    return first < 0 ? 0 : tail.length - first;
  }

  function readHeader(bytes: Buffer, from: number): number {
    const end = endOfHeader(header.bytes(), bytes, from);
    const piece = bytes.subarray(from, end);
    if (header.length + piece.length > MAX_PART_HEADER_BYTES)
      throw new Error('the header of a part is too long');
    header.append(piece);
    if (end === undefined) return bytes.length;
    const lines = header
      .bytes()
      .toString('latin1')
      .split(/\r?\n/)
      .filter((line) => /^[ \t]|:/.test(line))
      .map((line) => `${normaliseDisposition(line)}\r\n`);
    stream.push(Buffer.from(`--${own}\r\n${lines.join('')}\r\n`, 'latin1'));
    isFile = FILE.test(lines.find((line) => /^content-disposition:/i.test(line)) ?? '');
    header.clear();
    place = 'content';
    return end;
  }

  function endForm(bytes: Buffer): number {
    stream.push(`--${own}--\r\n`);
    place = 'epilogue';
    return bytes.length;
  }

  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        rest = bytes.subarray(advance(bytes, false));
        done();
      } catch (cause) {
        done(asError(cause));
      }
    },
    flush(done) {
      try {
        rest = rest.subarray(advance(rest, true));
        // A form that stops behind a delimiter has all of its parts.
        if (place === 'header' && isBlank(header.bytes())) endForm(rest);
        if (place === 'epilogue') done();
        else done(new Error('the form ends in the middle'));
      } catch (cause) {
        done(asError(cause));
      }
    },
  });
  return { contentType: `multipart/form-data; boundary=${own}`, stream };
}

/**
 * What follows the boundary: the offset after the end of the line, `form` where the form ends, `none` where this
 * is not a delimiter, or `unknown` where more bytes are needed.
 */
function endOfDelimiter(bytes: Buffer, from: number, isLast: boolean): number | 'form' | 'none' | 'unknown' {
  let at = from;
  while (at < bytes.length && at - from < MAX_PADDING_BYTES && (bytes[at] === 0x20 || bytes[at] === 0x09))
    at += 1;
  const one = bytes[at];
  const two = bytes[at + 1];
  if (one === LF) return at + 1;
  if (one === CR && two === LF) return at + 2;
  if (at === from && one === DASH && two === DASH) return 'form';
  const isCut = one === undefined || (two === undefined && (one === CR || (one === DASH && at === from)));
  if (!isCut) return 'none';
  return isLast ? 'form' : 'unknown';
}

/**
 * Where the content of a part begins: behind its first empty line. `before`: what came of the header in earlier
 * chunks, which has no empty line.
 */
function endOfHeader(before: Buffer, bytes: Buffer, from: number): number | undefined {
  const byteAt = (at: number) => (at < from ? before.at(at - from) : bytes[at]);
  const isLineStart = (at: number) => [undefined, LF].includes(byteAt(at - 1));
  for (let end = bytes.indexOf(LF, from); end >= 0; end = bytes.indexOf(LF, end + 1)) {
    if (isLineStart(end) || (byteAt(end - 1) === CR && isLineStart(end - 1))) return end + 1;
  }
  return undefined;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.toString('latin1').trim() === '';
}

function asError(cause: unknown): Error {
  return Error.isError(cause) ? cause : new Error('a form cannot be read', { cause });
}
