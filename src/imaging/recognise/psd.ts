import type { ByteReader } from './byte-reader.ts';

const HEADER_BYTES = 26;
const DEPTHS = new Set([1, 8, 16, 32]);

/** Whether it is a Photoshop document: a sound header, and three sections and a picture that lie within the file. */
export async function isPsd(reader: ByteReader): Promise<boolean> {
  const head = await reader.read(0, HEADER_BYTES);
  if (head.length < HEADER_BYTES || head.toString('latin1', 0, 4) !== '8BPS') return false;
  const version = head.readUInt16BE(4);
  const channels = head.readUInt16BE(12);
  const [height, width] = [head.readUInt32BE(14), head.readUInt32BE(18)];
  if ((version !== 1 && version !== 2) || channels < 1 || channels > 56) return false;
  if (height < 1 || width < 1 || !DEPTHS.has(head.readUInt16BE(22))) return false;
  let at = HEADER_BYTES;
  for (const section of ['colours', 'resources', 'layers']) {
    const long = section === 'layers' && version === 2;
    const length = await reader.read(at, long ? 8 : 4);
    if (length.length < (long ? 8 : 4)) return false;
    at += length.length + (long ? Number(length.readBigUInt64BE(0)) : length.readUInt32BE(0));
  }
  return at + 2 < reader.size;
}
