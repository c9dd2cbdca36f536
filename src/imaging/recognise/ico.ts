import type { ByteReader } from './byte-reader.ts';

const ENTRY_BYTES = 16;
const MAX_ENTRIES = 64;
const PNG_START = 0x89504e47;
const DIB_HEADER_BYTES = 40;

/** Whether it is an icon: a directory whose every entry lies within the file and is a bitmap or a PNG. */
export async function isIco(reader: ByteReader): Promise<boolean> {
  const head = await reader.read(0, 6);
  if (head.length < 6 || head.readUInt16LE(0) !== 0 || head.readUInt16LE(2) !== 1) return false;
  const count = head.readUInt16LE(4);
  if (count < 1 || count > MAX_ENTRIES) return false;
  const directory = await reader.read(6, count * ENTRY_BYTES);
  if (directory.length < count * ENTRY_BYTES) return false;
  for (let at = 0; at < directory.length; at += ENTRY_BYTES) {
    const bytes = directory.readUInt32LE(at + 8);
    const offset = directory.readUInt32LE(at + 12);
    if (offset < 6 + directory.length || bytes < 8 || offset + bytes > reader.size) return false;
    const start = await reader.read(offset, 4);
    if (start.readUInt32BE(0) !== PNG_START && start.readUInt32LE(0) !== DIB_HEADER_BYTES) return false;
  }
  return true;
}
