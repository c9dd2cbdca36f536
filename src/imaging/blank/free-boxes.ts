import type { ByteReader } from '../recognise/byte-reader.ts';
import { type IsoBox, readBoxes } from '../recognise/iso-boxes.ts';
import { type Blank, type Rewrite, unwalkable } from './erasure.ts';

const FREE = Buffer.from('free', 'latin1');

/** What was found so far. */
export interface Findings {
  readonly blanks: Blank[];
  readonly rewrites: Rewrite[];
}

/** The boxes between two offsets; unwalkable where they do not fit. */
export async function requireBoxes(reader: ByteReader, from: number, to: number): Promise<readonly IsoBox[]> {
  return (await readBoxes(reader, from, to)) ?? unwalkable();
}

/** Makes every box that is not needed a free one, whose content every reader passes over. */
export function freeAllBut(needed: ReadonlySet<string>, boxes: readonly IsoBox[], found: Findings): void {
  for (const box of boxes) if (!needed.has(box.type)) freeBox(box, found);
}

/** Makes a box free space of the same length. */
export function freeBox({ typeAt, start, end }: IsoBox, { blanks, rewrites }: Findings): void {
  rewrites.push({ at: typeAt, bytes: FREE });
  blanks.push({ from: start, to: end, fill: 0 });
}
