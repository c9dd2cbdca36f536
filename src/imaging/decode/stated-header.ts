import type { RenderedFormat } from '../../domain/index.ts';
import type { ByteReader } from '../detect/byte-reader.ts';
import { jpegParts, SOS } from './jpeg-markers.ts';

/** What a file says about itself at a place that is easy to read. No native code has seen its bytes yet. */
export interface StatedHeader {
  readonly width: number;
  readonly height: number;
  /** Set where nothing else matters: the picture is not turned, see-through or animated. */
  readonly plain?: { readonly channels: number; readonly progressive: boolean };
}

/** Reads the header; `undefined` where the format stores its size elsewhere or the file hides it. */
export async function readStatedHeader(
  format: RenderedFormat,
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

/** Twice the room that EXIF with a thumbnail, or a profile, needs. */
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

/** A JPEG is plain where no segment before its frame or its scan could hold an orientation. */
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
