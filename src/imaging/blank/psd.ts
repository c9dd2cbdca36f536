import type { ByteReader } from '../recognise/byte-reader.ts';
import { type Blank, type Erasure, erasureOf, note, unwalkable } from './erasure.ts';

const HEADER_BYTES = 26;
const RESOURCE_MARKS = new Set(['8BIM', 'MeSa', 'AgHg', 'PHUT', 'DCSR']);
/**
 * Numbers, first and last, of resources that say how to show the document. Not among them: captions (1008, 1061), IPTC (1028), thumbnails
 * (1033, 1036), addresses (1035, 1054), EXIF (1058, 1059), XMP (1060), and what plug-ins keep (from 4000).
 */
const NEEDED_RESOURCES = [
  [1000, 1007],
  [1009, 1027],
  [1029, 1032],
  [1034, 1034],
  [1037, 1053],
  [1055, 1057],
  [1062, 1088],
  [2000, 2999],
  [10_000, 10_000],
] as const;
/** Needed blocks whose length takes eight bytes in a large document (PSB). */
const LONG_NEEDED_BLOCKS = [
  'LMsk',
  'Lr16',
  'Lr32',
  'Layr',
  'Mt16',
  'Mt32',
  'Mtrn',
  'Alph',
  'FMsk',
  'FEid',
  'FXid',
  'PxSD',
] as const;
/**
 * Blocks behind the layers that say how to show them. Not among them: `lnkD`, `lnk2`, `lnk3` and `lnkE`, whole files that were placed in
 * the document, with all that is in them.
 */
const NEEDED_BLOCKS: ReadonlySet<string> = new Set([
  ...LONG_NEEDED_BLOCKS,
  'Patt',
  'Pat2',
  'Pat3',
  'cinf',
  'Txt2',
  'pths',
]);
/** A colour, an opacity and a kind; the rest is padding. */
const MASK_BYTES = 13;
/** Every key whose length takes eight bytes in a large document. */
const LONG_KEYS: ReadonlySet<string> = new Set([...LONG_NEEDED_BLOCKS, 'lnk2']);
/** A document has some dozens. */
const MAX_BLOCKS = 1_000;

/** A Photoshop document keeps its metadata among its image resources, and placed files behind its layers. */
export async function findPsdMetadata(reader: ByteReader): Promise<Erasure> {
  const large = (await reader.read(4, 2)).readUInt16BE(0) === 2;
  const resources = await sectionAt(reader, (await sectionAt(reader, HEADER_BYTES, 4)).to, 4);
  const layers = await sectionAt(reader, resources.to, large ? 8 : 4);
  await requirePixels(reader, layers.to);
  const bytes = await reader.read(resources.from, resources.to - resources.from);
  return erasureOf([
    ...resourceBlanks(bytes, resources.from),
    ...(await blocksBehind(reader, layers, large)),
  ]);
}

/** Raw, run lengths, ZIP, ZIP with prediction: where something else follows the sections, they are not what they say. */
async function requirePixels(reader: ByteReader, at: number): Promise<void> {
  const compression = await reader.read(at, 2);
  if (compression.length < 2 || compression.readUInt16BE(0) > 3) unwalkable();
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** What follows a length. */
async function sectionAt(reader: ByteReader, at: number, lengthBytes: 4 | 8): Promise<Span> {
  const head = await reader.read(at, lengthBytes);
  if (head.length < lengthBytes) unwalkable();
  const length = lengthBytes === 8 ? Number(head.readBigUInt64BE(0)) : head.readUInt32BE(0);
  const from = at + lengthBytes;
  return from + length > reader.size ? unwalkable() : { from, to: from + length };
}

/** Mark, number, name padded to an even length, length, data padded to an even length. */
function resourceBlanks(bytes: Buffer, offset: number): Blank[] {
  const blanks: Blank[] = [];
  let at = 0;
  // What is shorter than the smallest resource is padding.
  while (at + 12 <= bytes.length) {
    if (!RESOURCE_MARKS.has(bytes.toString('latin1', at, at + 4))) unwalkable();
    const id = bytes.readUInt16BE(at + 4);
    const lengthAt = at + 6 + even(1 + bytes.readUInt8(at + 6));
    if (lengthAt + 4 > bytes.length) unwalkable();
    const from = lengthAt + 4;
    const to = from + bytes.readUInt32BE(lengthAt);
    if (to > bytes.length) unwalkable();
    if (!isNeeded(id) || isDisguised(bytes, from))
      note(blanks, { from: offset + from, to: offset + to, fill: 0 });
    at = from + even(to - from);
  }
  return blanks;
}

function isNeeded(id: number): boolean {
  return NEEDED_RESOURCES.some(([first, last]) => first <= id && id <= last);
}

/** EXIF or XMP under the number of something else. */
function isDisguised(bytes: Buffer, at: number): boolean {
  return /^(?:II\*\0|MM\0\*|<\?xpacket|<x:xmpmeta)/u.test(bytes.toString('latin1', at, at + 16));
}

function even(length: number): number {
  return length + (length % 2);
}

/** Blocks behind layers and mask. From the first that is not understood to the end of the section all is blanked. */
async function blocksBehind(reader: ByteReader, section: Span, large: boolean): Promise<Blank[]> {
  const restFrom = (from: number): Blank => ({ from, to: section.to, fill: 0 });
  if (section.to - section.from < (large ? 8 : 4)) return [restFrom(section.from)];
  const layers = await sectionAt(reader, section.from, large ? 8 : 4);
  if (layers.to + 4 > section.to) return [];
  const mask = await sectionAt(reader, layers.to, 4);
  if (mask.to > section.to) return [restFrom(mask.from)];
  const blanks: Blank[] = [{ from: mask.from + MASK_BYTES, to: mask.to, fill: 0 }];
  let at = mask.to;
  for (let block = 0; at + 12 <= section.to; block += 1) {
    const head = await reader.read(at, 16);
    const mark = head.toString('latin1', 0, 4);
    const key = head.toString('latin1', 4, 8);
    const long = large && LONG_KEYS.has(key);
    const from = at + (long ? 16 : 12);
    const length = long && head.length === 16 ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(8);
    const understood = (mark === '8BIM' || mark === '8B64') && from + length <= section.to;
    if (!understood || block === MAX_BLOCKS) return [...blanks, restFrom(at)];
    if (!NEEDED_BLOCKS.has(key)) blanks.push({ from, to: from + length, fill: 0 });
    at = from + Math.ceil(length / 4) * 4;
  }
  return blanks;
}
