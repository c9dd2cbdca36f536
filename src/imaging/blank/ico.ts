import type { ByteReader } from '../recognise/byte-reader.ts';
import { type Blank, type Erasure, erasureOf, note, type Rewrite, unwalkable } from './erasure.ts';
import { pngMetadata } from './png-chunks.ts';

const ENTRY_BYTES = 16;
const PNG_START = 0x89504e47;

interface Entry {
  readonly from: number;
  readonly to: number;
}

/** An icon's entries are bitmaps, which have no metadata, or PNGs, which do. What belongs to no entry is blanked. */
export async function findIcoMetadata(reader: ByteReader): Promise<Erasure> {
  const count = (await reader.read(4, 2)).readUInt16LE(0);
  const directory = await reader.read(6, count * ENTRY_BYTES);
  const blanks: Blank[] = [];
  const rewrites: Rewrite[] = [];
  let covered = 6 + directory.length;
  for (const { from, to } of entriesOf(directory)) {
    // Entries that lie upon each other could be made to cost their whole length each.
    if (from < covered || to > reader.size) unwalkable();
    blanks.push({ from: covered, to: from, fill: 0 });
    covered = to;
    const bytes = await reader.read(from, to - from);
    if (bytes.readUInt32BE(0) !== PNG_START) continue;
    const found = pngMetadata(bytes, from);
    note(blanks, ...found.blanks);
    note(rewrites, ...found.rewrites);
  }
  blanks.push({ from: covered, to: reader.size, fill: 0 });
  return erasureOf(blanks, rewrites);
}

/** In order of place; two sizes may share one picture. */
function entriesOf(directory: Buffer): Entry[] {
  const entries = new Map<string, Entry>();
  for (let at = 0; at < directory.length; at += ENTRY_BYTES) {
    const from = directory.readUInt32LE(at + 12);
    const to = from + directory.readUInt32LE(at + 8);
    entries.set(`${from}-${to}`, { from, to });
  }
  return [...entries.values()].toSorted((one, other) => one.from - other.from);
}
