import { EOI, type JpegPart, jpegParts, SOS } from './jpeg-markers.ts';

const APP0 = 0xe0;
const EXIF_AND_XMP = 0xe1;
const PROFILE = 0xe2;
const ADOBE = 0xee;
const COMMENT = 0xfe;
const SEQUENTIAL_FRAMES = new Set([0xc0, 0xc1]);

/**
 * The same picture without what cameras and old software get wrong around it: stray bytes between segments, application
 * segments of the wrong form, spectral numbers of a sequential scan that are not 0 to 63. Coded data is not touched: where some of it is missing, the strict decoder still says so. `undefined` when nothing needed mending.
 */
export function mendJpeg(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  const parts = [...jpegParts(bytes)];
  const sequential = parts.some(({ marker }) => SEQUENTIAL_FRAMES.has(marker));
  const profile = soundProfile(parts);
  const kept = parts.filter((part) => isNeeded(part, profile));
  const pieces = kept.map((part) => withSoundScan(bytes.subarray(part.start, part.end), part, sequential));
  const mended = Buffer.concat([bytes.subarray(0, 2), ...pieces, Buffer.from([0xff, EOI])]);
  return mended.equals(bytes) ? undefined : mended;
}

function isNeeded(part: JpegPart, profile: ReadonlySet<JpegPart>): boolean {
  const { marker, payload } = part;
  if (marker === EOI || marker === COMMENT) return false;
  if (marker === PROFILE) return profile.has(part);
  if (marker === EXIF_AND_XMP) return payload.toString('latin1', 0, 6) === 'Exif\0\0';
  if (marker === ADOBE) return payload.toString('latin1', 0, 5) === 'Adobe' && payload.length >= 12;
  return marker < APP0 || marker > 0xef;
}

/** The segments of a colour profile that is complete and in order; otherwise none. */
function soundProfile(parts: readonly JpegPart[]): ReadonlySet<JpegPart> {
  const segments = parts.filter(
    ({ marker, payload }) => marker === PROFILE && payload.toString('latin1', 0, 12) === 'ICC_PROFILE\0',
  );
  const sound = segments.every(
    ({ payload }, index) => payload[12] === index + 1 && payload[13] === segments.length,
  );
  return new Set(sound ? segments : []);
}

function withSoundScan(piece: Buffer, { marker, payload }: JpegPart, sequential: boolean): Buffer {
  if (marker !== SOS || !sequential) return piece;
  const spectral = 4 + payload.length - 3;
  const sound = Buffer.from(piece);
  sound.set([0, 63, 0], spectral);
  return sound;
}
