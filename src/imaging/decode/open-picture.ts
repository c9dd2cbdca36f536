import { readFile } from 'node:fs/promises';
import {
  isRenderedFormat,
  type PictureFormat,
  ProblemError,
  type RenderedFormat,
  type RenditionRecipe,
} from '../../domain/index.ts';
import type { ByteReader } from '../detect/byte-reader.ts';
import type { JobRequest, WorkerLimits } from '../job.ts';
import { decodeHeic } from '../second-decoder/decode-heic.ts';
import { decodeWithImageMagick } from '../second-decoder/decode-with-imagemagick.ts';
import type { DecodedPicture, SizeInHeader } from '../second-decoder/decoded-picture.ts';
import { type DecoderInput, decoderInput } from './decoder-input.ts';
import { type InspectedPicture, inspectPicture } from './inspect-picture.ts';
import { requireMemory } from './memory-need.ts';
import { readPictureHeader, requireWithinLimits } from './picture-header.ts';
import { requireEnding } from './require-ending.ts';

/** A picture within the limits, from which renditions can be made. */
export interface OpenPicture {
  readonly input: DecoderInput;
  readonly picture: InspectedPicture;
  /** The renditions to make now. */
  readonly recipes: readonly RenditionRecipe[];
}

/**
 * Renditions of these formats need little memory, and their pixels tell how long they take. So they can be
 * made at the first read.
 */
const STREAMED_FORMATS: ReadonlySet<PictureFormat> = new Set(['jpeg', 'png']);

/**
 * Opens a picture with the decoder of its format. It is decoded as a whole, here or by the requested
 * renditions. Throws `ProblemError` `corrupt-image` or `image-too-complex`.
 */
export async function openPicture(
  format: PictureFormat,
  reader: ByteReader,
  limits: WorkerLimits,
  { recipes, deferrable }: Pick<JobRequest, 'recipes' | 'deferrable'>,
): Promise<OpenPicture> {
  if (!isRenderedFormat(format)) return openWithSecondDecoder(format, reader, limits, recipes);
  const input = decoderInput(format, reader.origin, limits);
  const animation = recipes.length === 0 || recipes.some(({ animated }) => animated);
  const header = await readPictureHeader(input, reader, limits, animation);
  const { width, height, animated, frames, progressive } = header;
  requireMemory({ format, pixels: width * height * (animated ? frames : 1), progressive, recipes }, limits);
  await requireEnding(format, reader, input);
  const deferred = recipes.length === 0 || (deferrable && STREAMED_FORMATS.has(format));
  const picture = await inspectPicture(input, header, !deferred);
  return { input, picture, recipes: deferred ? [] : recipes };
}

/**
 * A picture that sharp cannot open becomes an uncompressed TIFF, and is then treated like any other picture.
 */
async function openWithSecondDecoder(
  format: Exclude<PictureFormat, RenderedFormat>,
  { origin }: ByteReader,
  limits: WorkerLimits,
  recipes: readonly RenditionRecipe[],
): Promise<OpenPicture> {
  const bytes = typeof origin === 'string' ? await readFile(origin) : origin;
  const requireSize = ({ width, height, bitsPerChannel }: SizeInHeader) => {
    requireWithinLimits({ width, height, frames: 1, channels: 4 }, limits);
    requireMemory({ format, pixels: width * height, bitsPerChannel, recipes }, limits);
  };
  const { tiff, width, height, hasAlpha } = await decode(format, bytes, requireSize);
  const input = decoderInput('tiff', tiff, limits);
  const rest = {
    storedWidth: width,
    frames: 1,
    animated: false,
    turned: false,
    hasAlpha,
    progressive: false,
  };
  return { input, picture: await inspectPicture(input, { format, width, height, ...rest }, true), recipes };
}

function decode(
  format: Exclude<PictureFormat, RenderedFormat>,
  bytes: Buffer,
  requireSize: (header: SizeInHeader) => void,
): Promise<DecodedPicture> {
  switch (format) {
    case 'heic':
      return decodeHeic(bytes, requireSize);
    case 'svg':
      throw new ProblemError({ kind: 'unsupported-format', accepted: [] });
    default:
      return decodeWithImageMagick(format, bytes, requireSize);
  }
}
