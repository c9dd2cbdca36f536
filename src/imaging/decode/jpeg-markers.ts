/** One marker of a JPEG file with what belongs to it. */
export interface JpegPart {
  /** The second byte of the marker, e.g. 0xda for a scan. */
  readonly marker: number;
  /** Of the marker's first byte. */
  readonly start: number;
  /** After the segment; for a scan, after its coded data. */
  readonly end: number;
  /** Between the segment's length and its end; empty for markers without one. */
  readonly payload: Buffer;
}

/** Start of frame, start of scan, end of image. */
export const SOS = 0xda;
export const EOI = 0xd9;
const SOI = 0xd8;

/**
 * The parts of a JPEG in order, up to the end marker; bytes between segments that belong to none are skipped, as decoders do.
 * Stops where the file does; a part that is cut off is left out.
 */
export function* jpegParts(bytes: Buffer): Generator<JpegPart> {
  let at = 2;
  while (at < bytes.length) {
    const start = nextMarker(bytes, at);
    if (start < 0) return;
    const marker = bytes[start + 1] ?? 0;
    if (marker === EOI || marker === SOI || marker === 0x01) {
      yield { marker, start, end: start + 2, payload: bytes.subarray(0, 0) };
      if (marker === EOI) return;
      at = start + 2;
      continue;
    }
    if (start + 4 > bytes.length) return;
    const segmentEnd = start + 2 + bytes.readUInt16BE(start + 2);
    if (segmentEnd > bytes.length || segmentEnd < start + 4) return;
    const end = marker === SOS ? endOfScan(bytes, segmentEnd) : segmentEnd;
    yield { marker, start, end, payload: bytes.subarray(start + 4, segmentEnd) };
    at = end;
  }
}

/** The first 0xff that begins a marker; fill bytes and stuffed zeros are passed over. */
function nextMarker(bytes: Buffer, from: number): number {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const next = bytes[at + 1];
    if (next !== 0x00 && next !== 0xff) return at;
  }
  return -1;
}

/** Restart markers belong to the scan. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = nextMarker(bytes, from); at >= 0; at = nextMarker(bytes, at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker < 0xd0 || marker > 0xd7) return at;
  }
  return bytes.length;
}
