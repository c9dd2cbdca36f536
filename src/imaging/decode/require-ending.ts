import { ProblemError, type RenderedFormat } from '../../domain/index.ts';
import type { ByteReader } from '../detect/byte-reader.ts';
import type { DecoderInput } from './decoder-input.ts';
import { isWholeGif } from './gif-blocks.ts';
import { jpegMarkers } from './jpeg-marker-stream.ts';
import { EOI } from './jpeg-markers.ts';

/**
 * Formats with an end marker must have it, or must be proved complete. Otherwise the decoder would accept a
 * JPEG that is cut off in its last strip, and a GIF that is cut off between two frames. Bytes after the end
 * do not matter. Throws `ProblemError` `corrupt-image`.
 */
export async function requireEnding(
  format: RenderedFormat,
  reader: ByteReader,
  input: DecoderInput,
): Promise<void> {
  if (format === 'jpeg' && !(await endsWithMarker(reader)) && !(await containsEndMarker(reader)))
    await input.repair();
  if (format === 'gif' && !isWholeGif(await reader.read(0, reader.size))) {
    throw new ProblemError({ kind: 'corrupt-image' });
  }
}

/**
 * Checks the usual case, which costs two bytes. These two bytes cannot occur within coded data, so a file
 * that was cut off does not end with them by chance.
 */
async function endsWithMarker(reader: ByteReader): Promise<boolean> {
  const last = await reader.read(reader.size - 2, 2);
  return last.length === 2 && last.readUInt16BE(0) === 0xff00 + EOI;
}

async function containsEndMarker(reader: ByteReader): Promise<boolean> {
  for await (const marker of jpegMarkers(reader)) if (marker === EOI) return true;
  return false;
}
