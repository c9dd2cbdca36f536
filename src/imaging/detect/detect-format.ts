import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type';
import { mediaTypeOf, type PictureFormat, ProblemError } from '../../domain/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { isAvif } from './heif.ts';

/** The names that `file-type` uses for each format. */
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
  'image/x-adobe-dng': 'dng',
  'image/jxl': 'jxl',
  'image/jp2': 'jp2',
  'image/jpx': 'jp2',
  'image/j2c': 'jp2',
};

const HEAD_BYTES = 16 * 1024;

/** A drawing. It is detected so that the refusal can name it. */
const SVG = /^\s*(?:<\?xml[^>]*>\s*|<!--[^>]*-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<svg[\s>]/u;

/**
 * Detects the format by the bytes alone. Throws `ProblemError` `unsupported-format` for a file that is not a
 * picture, or in a format that is not accepted. The decoder later checks whether the file really has that
 * format.
 */
export async function detectFormat(
  reader: ByteReader,
  accepted: readonly PictureFormat[],
): Promise<PictureFormat> {
  const { format, mediaType } = await detectName(reader);
  if (format !== undefined && accepted.includes(format)) return format;
  throw new ProblemError({
    kind: 'unsupported-format',
    ...(mediaType === undefined ? {} : { detected: mediaType }),
    accepted: [...accepted],
  });
}

/** The format that the first bytes name, accepted or not. */
export async function detectName(
  reader: ByteReader,
): Promise<{ readonly format?: PictureFormat; readonly mediaType?: string }> {
  const mediaType = await detectMediaType(reader);
  const named = mediaType === undefined ? undefined : NAMES[mediaType];
  const format = named === 'heic' && (await isAvif(reader)) ? 'avif' : named;
  if (format) return { format, mediaType: mediaTypeOf(format) };
  return mediaType === undefined ? {} : { mediaType };
}

/**
 * Some formats can only be told apart far behind their start: by a TIFF's directory, or by a PNG's chunks
 * after a long text.
 */
async function detectMediaType(reader: ByteReader): Promise<string | undefined> {
  const head = await reader.read(0, HEAD_BYTES);
  const found = await fileTypeFromBuffer(head);
  if (found?.mime === 'application/xml' || !found) {
    if (SVG.test(head.toString('latin1'))) return 'image/svg+xml';
  }
  if (found || reader.size <= HEAD_BYTES) return found?.mime;
  const { origin } = reader;
  return (typeof origin === 'string' ? await fileTypeFromFile(origin) : await fileTypeFromBuffer(origin))
    ?.mime;
}
