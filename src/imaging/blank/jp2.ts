import type { ByteReader } from '../recognise/byte-reader.ts';
import { type Blank, type Erasure, erasureOf } from './erasure.ts';
import { type Findings, freeAllBut, requireBoxes } from './free-boxes.ts';

/** What holds the picture. Not among them: `uuid` (EXIF, XMP, IPTC, GeoJP2), `xml `, and `asoc` with the GML of maps. */
const NEEDED = new Set(['jP  ', 'ftyp', 'rreq', 'jp2h', 'jp2c', 'jpch', 'jplh', 'free']);
const SUPERBOXES = new Set(['jp2h', 'jpch', 'jplh']);
const NEEDED_IN_HEADERS = new Set([
  'ihdr',
  'bpcc',
  'colr',
  'pclr',
  'cmap',
  'cdef',
  'res ',
  'cgrp',
  'opct',
  'creg',
  'free',
]);

const CODESTREAM = 0xff4f;
const COMMENT = 0xff64;
const TILE = 0xff90;
/** A main header has a dozen segments. */
const MAX_SEGMENTS = 1_000;

/** A JP2 file has metadata in boxes; its codestream, or a bare one, has comments in its main header. */
export async function findJp2Metadata(reader: ByteReader): Promise<Erasure> {
  if ((await reader.read(0, 2)).readUInt16BE(0) === CODESTREAM) {
    return erasureOf(await commentsOf(reader, 0, reader.size));
  }
  const found: Findings = { blanks: [], rewrites: [] };
  const boxes = await requireBoxes(reader, 0, reader.size);
  freeAllBut(NEEDED, boxes, found);
  for (const { type, start, end } of boxes) {
    if (SUPERBOXES.has(type)) freeAllBut(NEEDED_IN_HEADERS, await requireBoxes(reader, start, end), found);
    if (type === 'jp2c') found.blanks.push(...(await commentsOf(reader, start, end)));
  }
  return erasureOf(found.blanks, found.rewrites);
}

/** The texts of comment segments before the first tile. A header that breaks off is the decoder's concern: past it are no comments. */
async function commentsOf(reader: ByteReader, start: number, end: number): Promise<Blank[]> {
  const blanks: Blank[] = [];
  let at = start + 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const head = await reader.read(at, 4);
    if (head.length < 4 || head.readUInt16BE(0) < 0xff00 || head.readUInt16BE(0) === TILE) break;
    const next = at + 2 + head.readUInt16BE(2);
    if (next > end) break;
    // Behind the length stands whether it is text.
    if (head.readUInt16BE(0) === COMMENT) blanks.push({ from: at + 6, to: next, fill: 0 });
    at = next;
  }
  return blanks;
}
