import { EOI, jpegParts } from '../decode/jpeg-markers.ts';
import { type Blank, type Erasure, erasureOf } from './erasure.ts';

const [APP0, PROFILE, ADOBE, LAST_APP, COMMENT] = [0xe0, 0xe2, 0xee, 0xef, 0xfe];

/** Of a JPEG: EXIF, XMP, IPTC and every other segment of a program, comments, and what follows the end. */
export function jpegMetadata(bytes: Buffer): Erasure {
  const blanks: Blank[] = [];
  for (const { marker, start, end, payload } of jpegParts(bytes)) {
    const isProgram = marker > APP0 && marker <= LAST_APP && marker !== ADOBE;
    const isProfile = marker === PROFILE && payload.toString('latin1', 0, 12) === 'ICC_PROFILE\0';
    if (marker === COMMENT || (isProgram && !isProfile)) blanks.push({ from: start + 4, to: end, fill: 0 });
    if (marker === EOI) blanks.push({ from: end, to: bytes.length, fill: 0 });
  }
  return erasureOf(blanks);
}
