import { ProblemError } from '../../domain/index.ts';
import type { ByteReader } from '../recognise/byte-reader.ts';
import { findGifTrailer } from './gif-blocks.ts';
import { jpegMarkers } from './jpeg-marker-stream.ts';
import { EOI } from './jpeg-markers.ts';
import type { DecodableFormat } from './loaders.ts';

/** Tells whether the end is there, for the formats that have one. */
const ENDS: Partial<Record<DecodableFormat, (reader: ByteReader) => Promise<boolean>>> = {
  jpeg: async (reader) => (await endsAtOnce(reader)) || endsSomewhere(reader),
  gif: async (reader) => findGifTrailer(await reader.read(0, reader.size)),
};

/**
 * Formats that say where they end must do so: the decoder takes a JPEG that is cut off in its last strip, and a GIF that is cut
 * off between two frames, for whole. What follows the end does not matter. Throws `ProblemError` `corrupt-image`.
 */
export async function requireEnding(format: DecodableFormat, reader: ByteReader): Promise<void> {
  const ends = ENDS[format];
  if (ends && !(await ends(reader))) throw new ProblemError({ kind: 'corrupt-image' });
}

/** The usual case costs two bytes. Within coded data they cannot stand: a cut does not look like this by chance. */
async function endsAtOnce(reader: ByteReader): Promise<boolean> {
  const last = await reader.read(reader.size - 2, 2);
  return last.length === 2 && last.readUInt16BE(0) === 0xff00 + EOI;
}

async function endsSomewhere(reader: ByteReader): Promise<boolean> {
  for await (const marker of jpegMarkers(reader)) if (marker === EOI) return true;
  return false;
}
