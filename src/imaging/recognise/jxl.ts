import type { ByteReader } from './byte-reader.ts';
import { readBoxes, readBrands } from './iso-boxes.ts';

/** Whether it is JPEG XL: a bare codestream (of which nothing but the start can be checked), or a container with one. */
export async function isJxl(reader: ByteReader): Promise<boolean> {
  const head = await reader.read(0, 12);
  if (head.length === 12 && head.readUInt16BE(0) === 0xff0a) return true;
  const boxes = await readBoxes(reader, 0, reader.size);
  if (boxes?.[0]?.type !== 'JXL ') return false;
  const brands = await readBrands(reader, boxes[1]);
  return brands.includes('jxl ') && boxes.some(({ type }) => type === 'jxlc' || type === 'jxlp');
}
