import { EOI, type JpegPart, jpegParts, SOS } from './jpeg-markers.ts';
import { hasEveryScan } from './jpeg-progression.ts';
import { followScans, type ScanFollower } from './jpeg-scan.ts';

const APP0 = 0xe0;
const EXIF_AND_XMP = 0xe1;
const PROFILE = 0xe2;
const ADOBE = 0xee;
const COMMENT = 0xfe;
const SEQUENTIAL_FRAMES = new Set([0xc0, 0xc1]);

/**
 * The same picture without the faults that cameras and old software make: stray bytes between segments and
 * before restart markers, application segments of the wrong form, spectral numbers of a sequential scan that
 * are not 0 to 63, and a missing end marker. `undefined` where nothing needs repair. Also `undefined` for a
 * file without an end marker whose data is not proved complete: block by block in a sequential JPEG, by the
 * list of its scans and the strict decoder in a progressive one.
 */
export function repairJpeg(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  const parts = [...jpegParts(bytes)];
  const sequential = parts.some(({ marker }) => SEQUENTIAL_FRAMES.has(marker));
  const profile = findSoundProfile(parts);
  const scans = followScans();
  let proved = sequential || hasEveryScan(parts);
  const pieces: Buffer[] = [bytes.subarray(0, 2)];
  for (const part of parts.filter((candidate) => isNeeded(candidate, profile))) {
    const piece = bytes.subarray(part.start, part.end);
    if (part.marker !== SOS || !sequential) {
      scans.note(part);
      pieces.push(piece);
      continue;
    }
    const { repaired, complete } = repairScan(piece, part, scans);
    proved &&= complete;
    pieces.push(...repaired);
  }
  if (!proved && parts.at(-1)?.marker !== EOI) return undefined;
  const repaired = Buffer.concat([...pieces, Buffer.from([0xff, EOI])]);
  return repaired.equals(bytes) ? undefined : repaired;
}

/** Data that cannot be read stays as it is. The strict decoder reports its fault. */
function repairScan(
  piece: Buffer,
  part: JpegPart,
  scans: ScanFollower,
): { readonly repaired: readonly Buffer[]; readonly complete: boolean } {
  const header = Buffer.from(piece.subarray(0, 4 + part.payload.length));
  header.set([0, 63, 0], header.length - 3);
  const coded = piece.subarray(header.length);
  const complete = scans.complete(part, coded);
  return { repaired: [header, complete ?? coded], complete: complete !== undefined };
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
function findSoundProfile(parts: readonly JpegPart[]): ReadonlySet<JpegPart> {
  const segments = parts.filter(
    ({ marker, payload }) => marker === PROFILE && payload.toString('latin1', 0, 12) === 'ICC_PROFILE\0',
  );
  const sound = segments.every(
    ({ payload }, index) => payload[12] === index + 1 && payload[13] === segments.length,
  );
  return new Set(sound ? segments : []);
}
