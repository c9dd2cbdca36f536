import type { ByteReader } from './byte-reader.ts';
import { type IsoBox, readBoxes, readBrands } from './iso-boxes.ts';

const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];

/** Whether it is a HEIF file with AV1 pictures. */
export async function isAvif(reader: ByteReader): Promise<boolean> {
  return isHeifOf(reader, AVIF_BRANDS);
}

/** Whether it is a HEIF file with HEVC pictures: the right brand, and a picture handler with a stated size. */
export async function isHeic(reader: ByteReader): Promise<boolean> {
  return isHeifOf(reader, HEIC_BRANDS);
}

async function isHeifOf(reader: ByteReader, wanted: readonly string[]): Promise<boolean> {
  const boxes = await readBoxes(reader, 0, reader.size);
  if (!boxes) return false;
  const brands = await readBrands(reader, boxes[0]);
  if (!brands.some((brand) => wanted.includes(brand))) return false;
  const meta = boxes.find(({ type }) => type === 'meta');
  return meta !== undefined && (await describesPicture(reader, meta));
}

async function describesPicture(reader: ByteReader, meta: IsoBox): Promise<boolean> {
  const versionBytes = 4;
  const parts = await readBoxes(reader, meta.start + versionBytes, meta.end);
  const handler = parts?.find(({ type }) => type === 'hdlr');
  const properties = parts?.find(({ type }) => type === 'iprp');
  if (!parts || !handler || !properties) return false;
  const kind = (await reader.read(handler.start + 8, 4)).toString('latin1');
  const container = (await readBoxes(reader, properties.start, properties.end))?.find(
    ({ type }) => type === 'ipco',
  );
  if (kind !== 'pict' || !container) return false;
  const items = await readBoxes(reader, container.start, container.end);
  return items?.some(({ type }) => type === 'ispe') ?? false;
}
