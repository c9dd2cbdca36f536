import { createByteCursor } from './byte-cursor.ts';
import { unwalkable } from './erasure.ts';

/** A piece of an item's data: from the start of the file, or of the `idat` box. */
export interface ItemExtent {
  readonly within: 'file' | 'idat';
  readonly from: number;
  /** 0: as far as there is anything. */
  readonly length: number;
  /** Whether it belongs to a picture; everything else is metadata. */
  readonly isPicture: boolean;
}

/** Coded pictures, and those that are put together of others. Not among them: `Exif`, `mime` (XMP), `uri `, and what nobody knows. */
const PICTURES = new Set([
  'hvc1',
  'hev1',
  'hvt1',
  'lhv1',
  'lhe1',
  'av01',
  'avc1',
  'avc3',
  'vvc1',
  'evc1',
  'jpeg',
  'j2k1',
  'unci',
  'mski',
  'grid',
  'iden',
  'iovl',
  'tmap',
  'tili',
]);

/** Far more than any picture has tiles. */
const MAX_EXTENTS = 100_000;

/** The extents of all items, by the payloads of `iinf` and `iloc` (ISO/IEC 14496-12, 8.11.3 and 8.11.6). */
export function itemExtents(information: Buffer, locations: Buffer | undefined): readonly ItemExtent[] {
  const types = typesOf(information);
  if (locations) return extentsOf(locations, types);
  return types.values().every((type) => PICTURES.has(type)) ? [] : unwalkable();
}

function typesOf(information: Buffer): ReadonlyMap<number, string> {
  const cursor = createByteCursor(information);
  const version = cursor.u8();
  cursor.skip(3);
  const count = version === 0 ? cursor.u16() : cursor.u32();
  const types = new Map<number, string>();
  for (let index = 0; index < count; index += 1) {
    const bytes = cursor.u32();
    if (bytes < 8 || cursor.text(4) !== 'infe') unwalkable();
    const entry = Buffer.from(cursor.text(bytes - 8), 'latin1');
    const { id, type } = itemOf(entry);
    // Two entries for one item: it counts as a picture only if both say so.
    if (!types.has(id) || !PICTURES.has(type)) types.set(id, type);
  }
  return types;
}

/** HEIF knows no entries older than version 2, which have no type. */
function itemOf(entry: Buffer): { readonly id: number; readonly type: string } {
  const cursor = createByteCursor(entry);
  const version = cursor.u8();
  cursor.skip(3);
  if (version !== 2 && version !== 3) unwalkable();
  const id = version === 2 ? cursor.u16() : cursor.u32();
  cursor.skip(2);
  return { id, type: cursor.text(4) };
}

function extentsOf(locations: Buffer, types: ReadonlyMap<number, string>): readonly ItemExtent[] {
  const cursor = createByteCursor(locations);
  const version = cursor.u8();
  cursor.skip(3);
  if (version > 2) unwalkable();
  const sizes = [cursor.u8(), cursor.u8()].flatMap((pair) => [pair >> 4, pair & 0x0f]);
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, lastBytes = 0] = sizes;
  const indexBytes = version === 0 ? 0 : lastBytes;
  const count = version < 2 ? cursor.u16() : cursor.u32();
  const found: ItemExtent[] = [];
  let seen = 0;
  for (let item = 0; item < count; item += 1) {
    const id = version < 2 ? cursor.u16() : cursor.u32();
    const method = version === 0 ? 0 : cursor.u16() & 0x0f;
    const source = cursor.u16();
    const base = cursor.sized(baseBytes);
    const extents = cursor.u16();
    const isPicture = PICTURES.has(types.get(id) ?? '');
    for (let extent = 0; extent < extents; extent += 1) {
      cursor.sized(indexBytes);
      const from = base + cursor.sized(offsetBytes);
      const length = cursor.sized(lengthBytes);
      // An extent may take no bytes at all: their number is not bounded by the length of the box.
      seen += 1;
      if (seen > MAX_EXTENTS) unwalkable();
      // In another file, in another item, or as long as there is: nothing that a camera writes for its metadata.
      if (!isPicture && (method > 1 || source !== 0 || length === 0)) unwalkable();
      if (method <= 1 && source === 0) {
        found.push({ within: method === 1 ? 'idat' : 'file', from, length, isPicture });
      }
    }
  }
  return found;
}
