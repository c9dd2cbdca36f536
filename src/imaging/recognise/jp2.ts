import type { ByteReader } from './byte-reader.ts';
import { type IsoBox, readBoxes, readBrands } from './iso-boxes.ts';

const CODESTREAM_START = 0xff4fff51;

/** Whether it is JPEG 2000: a bare codestream, or a JP2 or JPX file with an image header and a codestream. */
export async function isJp2(reader: ByteReader): Promise<boolean> {
  if (await beginsCodestream(reader, 0)) return true;
  const boxes = await readBoxes(reader, 0, reader.size);
  const brands = await readBrands(reader, boxes?.[1]);
  if (boxes?.[0]?.type !== 'jP  ' || !brands.some((brand) => brand === 'jp2 ' || brand === 'jpx '))
    return false;
  const header = boxes.find(({ type }) => type === 'jp2h');
  const stream = boxes.find(({ type }) => type === 'jp2c');
  if (!header || !stream) return false;
  return (await hasSize(reader, header)) && beginsCodestream(reader, stream.start);
}

async function hasSize(reader: ByteReader, header: IsoBox): Promise<boolean> {
  const first = (await readBoxes(reader, header.start, header.end))?.[0];
  if (first?.type !== 'ihdr') return false;
  const size = await reader.read(first.start, 8);
  return size.length === 8 && size.readUInt32BE(0) > 0 && size.readUInt32BE(4) > 0;
}

async function beginsCodestream(reader: ByteReader, at: number): Promise<boolean> {
  const start = await reader.read(at, 4);
  return start.length === 4 && start.readUInt32BE(0) === CODESTREAM_START;
}
