import type { ByteReader } from '../detect/byte-reader.ts';
import { EOI, isMarker } from './jpeg-markers.ts';

/** The next marker mostly follows at once. Within coded data it is far away. */
const FIRST_WINDOW_BYTES = 64;
const WINDOW_BYTES = 256 * 1024;

/** A file of 49 MB has 784 full segments. A file with far more is made to keep its reader busy. */
const MAX_MARKERS = 10_000;

/**
 * The markers of a JPEG in order, up to its end marker if it has one. They are read through a window, so that
 * a file of 49 MB is not held in memory for its last two bytes. Restart markers belong to their scan and are
 * left out.
 */
export async function* jpegMarkers(reader: ByteReader): AsyncGenerator<number> {
  let at = 2;
  for (let count = 0; count < MAX_MARKERS; count++) {
    const found = await findMarker(reader, at);
    if (!found) return;
    const { marker, start } = found;
    yield marker;
    if (marker === EOI) return;
    const length = await reader.read(start + 2, 2);
    if (length.length < 2) return;
    at = start + 2 + length.readUInt16BE(0);
  }
}

async function findMarker(
  reader: ByteReader,
  from: number,
): Promise<{ readonly marker: number; readonly start: number } | undefined> {
  let bytes = FIRST_WINDOW_BYTES;
  for (let offset = from; offset + 1 < reader.size; ) {
    const window = await reader.read(offset, bytes);
    for (
      let at = window.indexOf(0xff);
      at >= 0 && at + 1 < window.length;
      at = window.indexOf(0xff, at + 1)
    ) {
      const marker = window.readUInt8(at + 1);
      if (isMarker(marker)) return { marker, start: offset + at };
    }
    offset += bytes - 1;
    bytes = Math.min(bytes * 16, WINDOW_BYTES);
  }
  return undefined;
}
