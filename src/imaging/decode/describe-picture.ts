import exif from 'exif-reader';
import type { Metadata } from 'sharp';
import { isRenderedFormat, ProblemError } from '../../domain/index.ts';
import type { ByteReader } from '../detect/byte-reader.ts';
import { detectName } from '../detect/detect-format.ts';
import type { PictureDescription, WorkerLimits } from '../job.ts';
import { decoderInput } from './decoder-input.ts';

/**
 * Says what a file is, from its first bytes and its header alone, even for files that the gateway would
 * refuse. Decodes no pixels.
 */
export async function describePicture(reader: ByteReader, limits: WorkerLimits): Promise<PictureDescription> {
  const { format, mediaType } = await detectName(reader);
  const named = { ...(mediaType && { mediaType }), ...(format && { format }) };
  if (!format || !isRenderedFormat(format)) return named;
  try {
    const input = decoderInput(format, reader.origin, limits);
    return {
      ...named,
      header: describeHeader(await input.decode({ headerOnly: true }, (image) => image.metadata())),
    };
  } catch (cause) {
    // The header cannot be read, so only the name is known.
    if (cause instanceof ProblemError) return named;
    throw cause;
  }
}

function describeHeader(metadata: Metadata): NonNullable<PictureDescription['header']> {
  const { autoOrient, orientation = 1, space, pages = 1, exif: exifBytes, xmp, iptc, icc } = metadata;
  const location = hasLocation(exifBytes, xmp);
  return {
    width: autoOrient.width,
    height: autoOrient.height,
    orientation,
    colourSpace: space,
    ...(icc && { colourProfile: profileName(icc) }),
    frames: pages,
    exif: exifBytes !== undefined,
    xmp: xmp !== undefined,
    iptc: iptc !== undefined,
    ...(location !== undefined && { location }),
  };
}

/** `undefined` where the EXIF is there and cannot be read. */
function hasLocation(exifBytes: Buffer | undefined, xmp: Buffer | undefined): boolean | undefined {
  if (xmp && /GPSLatitude|GPSLongitude/.test(xmp.toString('latin1'))) return true;
  if (!exifBytes) return false;
  try {
    const { GPSLatitude, GPSLongitude } = exif(exifBytes).GPSInfo ?? {};
    return GPSLatitude !== undefined || GPSLongitude !== undefined;
  } catch {
    return undefined;
  }
}

/** The description in an ICC profile (tag `desc`, version 2 or 4); `unnamed` where there is none. */
function profileName(icc: Buffer): string {
  const at = icc.indexOf('desc', 128, 'latin1');
  const offset = at < 0 || at + 8 > icc.length ? icc.length : icc.readUInt32BE(at + 4);
  const tag = icc.subarray(offset, offset + 256);
  const text =
    tag.toString('latin1', 0, 4) === 'mluc'
      ? tag.toString('latin1', 28).replaceAll('\0', '')
      : tag.toString('latin1', 12).split('\0', 1)[0];
  return /^[\x20-\x7e]+/.exec(text ?? '')?.[0] ?? 'unnamed';
}
