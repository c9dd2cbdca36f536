import type { ByteReader } from '../recognise/byte-reader.ts';
import { jpegParts, SOS } from './jpeg-markers.ts';
import type { DecodableFormat } from './loaders.ts';

/** What a file says of itself at a place that is easy to read, before native code sees a byte of it. */
export interface StatedHeader {
  readonly width: number;
  readonly height: number;
  /** Set where this is all there is to know: nothing is turned, see-through or moving. */
  readonly plain?: { readonly channels: number; readonly progressive: boolean };
}

/** Reads it; `undefined` where the format keeps its size elsewhere or the file hides it. */
export async function readStatedHeader(
  format: DecodableFormat,
  reader: ByteReader,
): Promise<StatedHeader | undefined> {
  switch (format) {
    case 'png':
      return pngHeader(await reader.read(16, 8));
    case 'gif':
      return gifHeader(await reader.read(6, 4));
    case 'jpeg':
      return jpegHeader(await reader.read(0, JPEG_HEAD_BYTES));
    case 'webp':
    case 'avif':
    case 'tiff':
      return undefined;
  }
}

/** EXIF with a thumbnail fits twice; a profile too. */
const JPEG_HEAD_BYTES = 128 * 1024;
const EXIF_SEGMENT = 0xe1;
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;

function pngHeader(size: Buffer): StatedHeader | undefined {
  return size.length < 8 ? undefined : { width: size.readUInt32BE(0), height: size.readUInt32BE(4) };
}

function gifHeader(size: Buffer): StatedHeader | undefined {
  return size.length < 4 ? undefined : { width: size.readUInt16LE(0), height: size.readUInt16LE(2) };
}

/** Plain is a JPEG in which nothing that could hold an orientation stands before its frame or its scan. */
function jpegHeader(head: Buffer): StatedHeader | undefined {
  let found: { width: number; height: number; channels: number; progressive: boolean } | undefined;
  for (const { marker, payload } of jpegParts(head)) {
    if (marker === EXIF_SEGMENT) return undefined;
    if (marker >= BASELINE && marker <= PROGRESSIVE && payload.length >= 6 && !found) {
      found = {
        height: payload.readUInt16BE(1),
        width: payload.readUInt16BE(3),
        channels: payload.readUInt8(5),
        progressive: marker === PROGRESSIVE,
      };
    }
    if (marker === SOS) break;
  }
  if (!found) return undefined;
  const { width, height, channels, progressive } = found;
  return { width, height, plain: { channels, progressive } };
}
