import type { ByteReader } from './byte-reader.ts';

/** A box of the ISO base media format, which HEIC and AVIF use. */
export interface IsoBox {
  readonly type: string;
  /** Offset of the payload. */
  readonly start: number;
  /** Offset after the payload. */
  readonly end: number;
}

const MAX_BOXES = 1_000;

/**
 * The boxes between two offsets. `undefined` where a box goes past the end, or where there are more boxes
 * than any picture needs.
 */
export async function readBoxes(
  reader: ByteReader,
  from: number,
  to: number,
): Promise<readonly IsoBox[] | undefined> {
  const boxes: IsoBox[] = [];
  let at = from;
  while (at < to) {
    if (boxes.length === MAX_BOXES) return undefined;
    const head = await reader.read(at, 16);
    if (head.length < 8) return undefined;
    const short = head.readUInt32BE(0);
    const long = short === 1;
    if (long && head.length < 16) return undefined;
    const size = long ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short;
    const start = at + (long ? 16 : 8);
    const end = at + size;
    if (end < start || end > to) return undefined;
    boxes.push({ type: head.toString('latin1', 4, 8), start, end });
    at = end;
  }
  return boxes;
}

/** The major and compatible brands of a file that begins with `ftyp`. */
export async function readBrands(reader: ByteReader, ftyp: IsoBox | undefined): Promise<readonly string[]> {
  if (ftyp?.type !== 'ftyp') return [];
  const bytes = await reader.read(ftyp.start, Math.min(ftyp.end - ftyp.start, 256));
  const brands = [bytes.toString('latin1', 0, 4)];
  for (let at = 8; at + 4 <= bytes.length; at += 4) brands.push(bytes.toString('latin1', at, at + 4));
  return brands;
}
