import { crc32 } from 'node:zlib';
import { type Blank, note, type Rewrite, unwalkable } from './erasure.ts';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;
/** The picture. Decoders refuse a file with a critical chunk that they do not know. */
const CRITICAL = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'CgBI']);
/** How the picture is to be shown, beside the chunks that every decoder must understand. */
const NEEDED = new Set([
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'sBIT',
  'bKGD',
  'pHYs',
  'hIST',
  'sPLT',
  'cICP',
  'mDCV',
  'cLLI',
  'acTL',
  'fcTL',
  'fdAT',
]);
/** Ancillary, private, safe to copy: a chunk of nobody, which decoders pass over. */
const VOID = Buffer.from('voId', 'latin1');

/** The chunks of a PNG that are not the picture (`eXIf`, texts, time, what programs invented), and what follows its end. */
export function pngMetadata(
  png: Buffer,
  offset: number,
): { readonly blanks: readonly Blank[]; readonly rewrites: readonly Rewrite[] } {
  const blanks: Blank[] = [];
  const rewrites: Rewrite[] = [];
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + FRAME_BYTES > png.length) unwalkable();
    const bytes = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const end = at + FRAME_BYTES + bytes;
    if (end > png.length) unwalkable();
    const isAncillary = (png.readUInt8(at + 4) & 0x20) !== 0;
    if (!isAncillary && !CRITICAL.has(type)) unwalkable();
    if (isAncillary && !NEEDED.has(type)) {
      const from = offset + at + 8;
      note(blanks, { from, to: from + bytes, fill: 0 });
      note(rewrites, { at: from - 4, bytes: VOID }, { at: from + bytes, bytes: checksum(bytes) });
    }
    at = end;
    if (type === 'IEND') {
      blanks.push({ from: offset + at, to: offset + png.length, fill: 0 });
      return { blanks, rewrites };
    }
  }
}

/** Of a void chunk with so many zeros. */
function checksum(bytes: number): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.alloc(bytes), crc32(VOID)));
  return sum;
}
