import { unwalkable } from './erasure.ts';

/** Reads big-endian numbers one after the other; past the end the file is unwalkable. */
export interface ByteCursor {
  readonly left: number;
  u8(): number;
  u16(): number;
  u32(): number;
  /** A number of 0, 4 or 8 bytes; one of 0 bytes is 0. */
  sized(bytes: number): number;
  text(bytes: number): string;
  skip(bytes: number): void;
}

/** Begins at the first byte. */
export function createByteCursor(bytes: Buffer): ByteCursor {
  let at = 0;
  const take = (count: number): number => {
    if (at + count > bytes.length) unwalkable();
    at += count;
    return at - count;
  };
  return {
    get left() {
      return bytes.length - at;
    },
    u8: () => bytes.readUInt8(take(1)),
    u16: () => bytes.readUInt16BE(take(2)),
    u32: () => bytes.readUInt32BE(take(4)),
    sized(count) {
      if (count === 0) return 0;
      if (count === 4) return bytes.readUInt32BE(take(4));
      return count === 8 ? Number(bytes.readBigUInt64BE(take(8))) : unwalkable();
    },
    text(count) {
      const from = take(count);
      return bytes.toString('latin1', from, from + count);
    },
    skip: (count) => void take(count),
  };
}
