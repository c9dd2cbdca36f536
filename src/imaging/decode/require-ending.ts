import { ProblemError } from '../../domain/index.ts';
import type { ByteReader } from '../recognise/byte-reader.ts';
import type { DecoderInput } from './decoder-input.ts';
import { findGifTrailer } from './gif-blocks.ts';
import { EOI, jpegParts } from './jpeg-markers.ts';
import type { DecodableFormat } from './loaders.ts';

/** How the last two bytes of a file usually look where the end can be seen at once. */
const USUAL_ENDS: Partial<Record<DecodableFormat, (last: number, lastButOne: number) => boolean>> = {
  jpeg: (last, lastButOne) => lastButOne === 0xff && last === EOI,
};

const FINDERS: Partial<Record<DecodableFormat, (bytes: Buffer) => boolean>> = {
  jpeg: (bytes) => jpegParts(bytes).some(({ marker }) => marker === EOI),
  gif: findGifTrailer,
};

/**
 * Formats that say where they end must do so: the decoder takes a JPEG that is cut off in its last strip, and a GIF that is cut
 * off between two frames, for whole. What follows the end does not matter. Throws `ProblemError` `corrupt-image`.
 */
export async function requireEnding(input: DecoderInput, reader: ByteReader): Promise<void> {
  const find = FINDERS[input.format];
  if (!find) return;
  const [lastButOne = 0, last = 0] = await reader.read(Math.max(0, reader.size - 2), 2);
  if (USUAL_ENDS[input.format]?.(last, lastButOne)) return;
  if (!find(await input.bytes())) throw new ProblemError({ kind: 'corrupt-image' });
}
