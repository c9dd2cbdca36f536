import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type';
import { mediaTypeOf, type PictureFormat, ProblemError } from '../../domain/index.ts';
import { isBmp } from './bmp.ts';
import type { ByteReader } from './byte-reader.ts';
import { isAvif, isHeic } from './heif.ts';
import { isIco } from './ico.ts';
import { isJp2 } from './jp2.ts';
import { isJxl } from './jxl.ts';
import { isPsd } from './psd.ts';
import { isSvg } from './svg.ts';

/** What `file-type` calls each format. An SVG is XML to it, or nothing. */
const NAMES: Readonly<Record<string, PictureFormat>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
  'image/heic': 'heic',
  'image/heic-sequence': 'heic',
  'image/heif': 'heic',
  'image/heif-sequence': 'heic',
  'image/bmp': 'bmp',
  'image/vnd.adobe.photoshop': 'psd',
  'image/x-icon': 'ico',
  'image/jxl': 'jxl',
  'image/jp2': 'jp2',
  'image/jpx': 'jp2',
  'image/j2c': 'jp2',
};

/**
 * The structure that must stand behind the first bytes of a format without a decoder here. The others are proved by decoding them
 * with the loader of that one format.
 */
const STRUCTURES: Partial<Record<PictureFormat, (reader: ByteReader) => Promise<boolean>>> = {
  avif: isAvif,
  heic: isHeic,
  bmp: isBmp,
  psd: isPsd,
  ico: isIco,
  jxl: isJxl,
  jp2: isJp2,
};

const HEAD_BYTES = 16 * 1024;

/**
 * The format by the bytes alone. Throws `ProblemError`: `unsupported-format` for what is no picture or none that is accepted,
 * `corrupt-image` for what begins like a picture and is built like none.
 */
export async function recogniseFormat(
  reader: ByteReader,
  accepted: readonly PictureFormat[],
): Promise<PictureFormat> {
  const { format, mediaType } = await nameOf(reader);
  if (format === undefined || !accepted.includes(format)) {
    const detected = format ? mediaTypeOf(format) : mediaType;
    throw new ProblemError({
      kind: 'unsupported-format',
      ...(detected === undefined ? {} : { detected }),
      accepted: [...accepted],
    });
  }
  const hasStructure = STRUCTURES[format];
  if (hasStructure && !(await hasStructure(reader))) throw new ProblemError({ kind: 'corrupt-image' });
  return format;
}

async function nameOf(
  reader: ByteReader,
): Promise<{ readonly format?: PictureFormat; readonly mediaType?: string }> {
  const head = await reader.read(0, HEAD_BYTES);
  const mediaType = (await fileTypeFromBuffer(head))?.mime ?? (await typeFromAll(reader));
  const format = mediaType === undefined ? undefined : NAMES[mediaType];
  if (format === 'heic' && (await isAvif(reader))) return { format: 'avif' };
  if (format) return { format };
  if ((mediaType === undefined || mediaType === 'application/xml') && (await isSvg(reader))) {
    return { format: 'svg' };
  }
  return mediaType === undefined ? {} : { mediaType };
}

/** Some formats are told apart by what stands far behind their start: a TIFF's directory, a PNG's chunks after a long text. */
async function typeFromAll({ origin, size }: ByteReader): Promise<string | undefined> {
  if (size <= HEAD_BYTES) return undefined;
  const found = typeof origin === 'string' ? fileTypeFromFile(origin) : fileTypeFromBuffer(origin);
  return (await found)?.mime;
}
