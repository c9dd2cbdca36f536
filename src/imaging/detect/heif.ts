import type { ByteReader } from './byte-reader.ts';
import { readBoxes, readBrands } from './iso-boxes.ts';

const AVIF_BRANDS = ['avif', 'avis'];

/** Whether it is a HEIF file with AV1 pictures, even where its first brand is another one. */
export async function isAvif(reader: ByteReader): Promise<boolean> {
  const boxes = await readBoxes(reader, 0, reader.size);
  const brands = await readBrands(reader, boxes?.[0]);
  return brands.some((brand) => AVIF_BRANDS.includes(brand));
}
