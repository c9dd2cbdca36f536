import type { ByteReader } from './byte-reader.ts';

/** Sizes of the information headers that were ever in use (OS/2 1 and 2, Windows 3 to 5). */
const HEADER_BYTES = new Set([12, 16, 40, 52, 56, 64, 108, 124]);
const BITS_PER_PIXEL = new Set([1, 2, 4, 8, 16, 24, 32]);
const UNCOMPRESSED = new Set([0, 3, 6]);

/** Whether the headers of a Windows bitmap fit each other and the file. */
export async function isBmp(reader: ByteReader): Promise<boolean> {
  const head = await reader.read(0, 54);
  if (head.length < 26 || head.toString('latin1', 0, 2) !== 'BM') return false;
  const dataOffset = head.readUInt32LE(10);
  const headerBytes = head.readUInt32LE(14);
  const old = headerBytes === 12;
  if (!HEADER_BYTES.has(headerBytes) || dataOffset < 14 + headerBytes || dataOffset >= reader.size)
    return false;
  if (!old && head.length < 34) return false;
  const width = old ? head.readUInt16LE(18) : head.readInt32LE(18);
  const height = Math.abs(old ? head.readUInt16LE(20) : head.readInt32LE(22));
  const bits = head.readUInt16LE(old ? 24 : 28);
  if (width <= 0 || height === 0 || !BITS_PER_PIXEL.has(bits)) return false;
  const compression = old ? 0 : head.readUInt32LE(30);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  return !UNCOMPRESSED.has(compression) || dataOffset + rowBytes * height <= reader.size;
}
