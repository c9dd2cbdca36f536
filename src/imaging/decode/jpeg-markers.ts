/** One marker of a JPEG file with what belongs to it. */
export interface JpegPart {
  /** The second byte of the marker, e.g. 0xda for a scan. */
  readonly marker: number;
  /** Position of the marker's first byte. */
  readonly start: number;
  /** Position after the segment; for a scan, after its coded data. */
  readonly end: number;
  /** Between the segment's length and its end; empty for the end marker. */
  readonly payload: Buffer;
}

/** Start of frame, start of scan, end of image. */
export const SOS = 0xda;
export const EOI = 0xd9;

/**
 * The parts of a JPEG in order, up to the end marker. Bytes between segments are skipped, as decoders do.
 * Stops at the end of the file, and leaves out a part that is cut off.
 */
export function* jpegParts(bytes: Buffer): Generator<JpegPart> {
  let at = 2;
  while (at < bytes.length) {
    const start = nextMarker(bytes, at);
    if (start < 0) return;
    const marker = bytes[start + 1] ?? 0;
    if (marker === EOI) {
      yield { marker, start, end: start + 2, payload: bytes.subarray(0, 0) };
      return;
    }
    if (start + 4 > bytes.length) return;
    const segmentEnd = start + 2 + bytes.readUInt16BE(start + 2);
    if (segmentEnd > bytes.length || segmentEnd < start + 4) return;
    const end = marker === SOS ? endOfScan(bytes, segmentEnd) : segmentEnd;
    yield { marker, start, end, payload: bytes.subarray(start + 4, segmentEnd) };
    at = end;
  }
}

/**
 * Whether this byte after an 0xff makes a marker with a length, or the end marker. Stuffed zeros and fill
 * bytes do not. Markers without a length (TEM, RST, SOI) do not either; decoders skip them everywhere.
 */
export function isMarker(byte: number): boolean {
  return byte > 0x01 && byte !== 0xff && (byte < 0xd0 || byte > 0xd8);
}

/** The position of the next marker; -1 where there is none. */
function nextMarker(bytes: Buffer, from: number): number {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (isMarker(bytes.readUInt8(at + 1))) return at;
  }
  return -1;
}

/** Restart markers belong to the scan. */
function endOfScan(bytes: Buffer, from: number): number {
  const at = nextMarker(bytes, from);
  return at < 0 ? bytes.length : at;
}
