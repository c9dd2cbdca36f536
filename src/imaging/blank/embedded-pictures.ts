import { type Blank, createEraser, type Erasure, erasureOf, note, type Rewrite } from './erasure.ts';
import { jpegMetadata } from './jpeg-segments.ts';
import { pngMetadata } from './png-chunks.ts';

const MARK = ';base64,';
const FILLER = 0x41;
/** In fewer characters no picture tells anything. */
const LEAST_PAYLOAD = 64;

/** What a decoded picture begins with, and how it is cleaned. */
const CLEANERS: readonly {
  readonly begins: (bytes: Buffer) => boolean;
  readonly metadataOf: (bytes: Buffer) => Erasure;
}[] = [
  { begins: (bytes) => bytes.toString('latin1', 0, 2) === '\xff\xd8', metadataOf: jpegMetadata },
  {
    begins: (bytes) => bytes.toString('latin1', 1, 4) === 'PNG',
    metadataOf(bytes) {
      const { blanks, rewrites } = pngMetadata(bytes, 0);
      return erasureOf(blanks, rewrites);
    },
  },
];

/** Formats that may tell a place and that are not taken apart here (WebP, TIFF, HEIF, XML): they leave a hole in the drawing. */
const UNCLEANED = [/^RIFF/u, /^II\*\0/u, /^MM\0\*/u, /^....ftyp/su, /^\s*</u];

/**
 * Pictures that a text holds as base64, wherever it does (attributes, styles): decoded, cleaned and written back over themselves, character
 * for character. Those that cannot be cleaned are overwritten. `apart`: what is blanked anyway, in order.
 */
export function embeddedPictures(text: Buffer, apart: readonly Blank[]): Rewrite[] {
  const rewrites: Rewrite[] = [];
  let next = 0;
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + MARK.length)) {
    while ((apart[next]?.to ?? Number.POSITIVE_INFINITY) <= mark) next += 1;
    if ((apart[next]?.from ?? Number.POSITIVE_INFINITY) <= mark) continue;
    const at = mark + MARK.length;
    const end = endOfPayload(text, at);
    if (end - at < LEAST_PAYLOAD) continue;
    const cleaned = cleanedPayload(text.subarray(at, end));
    if (cleaned) note(rewrites, { at, bytes: cleaned });
  }
  return rewrites;
}

/** Base64, white space, and what markup or addresses write for either: `&#10;`, `%2B`. */
function endOfPayload(text: Buffer, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const byte = text.readUInt8(at);
    if (isBase64(byte) || isSpace(byte)) continue;
    const end = escapeEnd(text, at);
    if (end === undefined) return at;
    at = end - 1;
  }
  return text.length;
}

/** The same characters with a clean picture in them; `undefined` where they may stay. */
function cleanedPayload(payload: Buffer): Buffer | undefined {
  const { characters, isEscaped } = charactersOf(payload);
  const picture = decoded(characters);
  const start = picture.toString('latin1', 0, 64);
  const cleaner = CLEANERS.find(({ begins }) => begins(picture));
  if (cleaner && !isEscaped) {
    const erasure = cleaner.metadataOf(picture);
    if (erasure.blanks.length === 0) return undefined;
    createEraser(erasure)(picture);
    encodeInto(characters, picture);
    return written(payload, characters);
  }
  const mayTell = cleaner !== undefined || isEscaped || UNCLEANED.some((pattern) => pattern.test(start));
  return mayTell ? written(payload, Buffer.alloc(characters.length, FILLER)) : undefined;
}

/** How much is turned into text at once: a drawing may hold a photograph of its own greatest size. */
const PIECE_CHARACTERS = 1024 * 1024;

function decoded(characters: Buffer): Buffer {
  const picture = Buffer.alloc(Math.ceil((characters.length * 3) / 4));
  let length = 0;
  for (let at = 0; at < characters.length; at += PIECE_CHARACTERS) {
    const text = characters.toString('latin1', at, at + PIECE_CHARACTERS);
    length += picture.write(text, length, 'base64');
  }
  return picture.subarray(0, length);
}

function encodeInto(characters: Buffer, picture: Buffer): void {
  const pieceBytes = (PIECE_CHARACTERS / 4) * 3;
  for (let at = 0; at < picture.length; at += pieceBytes) {
    const text = picture.toString('base64', at, at + pieceBytes);
    characters.write(text, (at / 3) * 4, 'latin1');
  }
}

function charactersOf(payload: Buffer): { readonly characters: Buffer; readonly isEscaped: boolean } {
  const characters = Buffer.alloc(payload.length);
  let count = 0;
  let isEscaped = false;
  for (let at = 0; at < payload.length; at += 1) {
    const byte = payload.readUInt8(at);
    if (isBase64(byte)) characters[count++] = byte;
    else if (!isSpace(byte)) {
      // A character reference is a line break; an escape of an address may stand for a character that counts.
      if (payload[at] === PERCENT) isEscaped = true;
      at = (escapeEnd(payload, at) ?? at + 1) - 1;
    }
  }
  return { characters: characters.subarray(0, count), isEscaped };
}

/** In the payload's own lines, where it has any. */
function written(payload: Buffer, characters: Buffer): Buffer {
  if (characters.length === payload.length) return characters;
  const bytes = Buffer.from(payload);
  let count = 0;
  for (let at = 0; at < bytes.length && count < characters.length; at += 1) {
    const byte = bytes.readUInt8(at);
    if (isBase64(byte)) bytes[at] = characters[count++] ?? FILLER;
    else if (!isSpace(byte)) at = (escapeEnd(bytes, at) ?? at + 1) - 1;
  }
  return bytes;
}

const PERCENT = 0x25;
const LONGEST_ESCAPE = 8;

/** Past `&#10;`, `&#xA;` or `%0A`; `undefined` where none begins. */
function escapeEnd(text: Buffer, at: number): number | undefined {
  const found = /^(?:&#x?[0-9A-Fa-f]+;|%[0-9A-Fa-f]{2})/u.exec(
    text.toString('latin1', at, at + LONGEST_ESCAPE),
  )?.[0];
  return found === undefined ? undefined : at + found.length;
}

function isBase64(byte: number): boolean {
  return (
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x2f && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x3d
  );
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
