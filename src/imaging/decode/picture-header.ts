import { ProblemError } from '../../domain/index.ts';
import type { WorkerLimits } from '../job.ts';
import type { ByteReader } from '../recognise/byte-reader.ts';
import type { DecoderInput } from './decoder-input.ts';
import { jpegMarkers } from './jpeg-marker-stream.ts';
import { SOS } from './jpeg-markers.ts';
import type { DecodableFormat } from './loaders.ts';
import { readStatedHeader, type StatedHeader } from './stated-header.ts';

/** What the header says, before any pixel is decoded. */
export interface PictureHeader {
  readonly format: DecodableFormat;
  /** Upright, of one frame. */
  readonly width: number;
  readonly height: number;
  /** As stored, before the orientation is applied. */
  readonly storedWidth: number;
  readonly frames: number;
  /** Whether the frames make an animation; the pages of a TIFF do not. */
  readonly animated: boolean;
  /** Whether it is stored in another orientation than upright. */
  readonly turned: boolean;
  readonly hasAlpha: boolean;
}

const ANIMATED_FORMATS: ReadonlySet<DecodableFormat> = new Set(['gif', 'webp']);

/** Each frame costs some work however small it is: none counts less than this. */
const LEAST_PIXELS_PER_FRAME = 64 * 64;

/** RGBA, and the five inks of print. More channels than that is no picture of a person. */
const MAX_CHANNELS = 5;

/**
 * A scan is a pass over all pixels that costs the sender some 50 bytes. Encoders write at most some 20; the standard allows far
 * more, and 700 of them on 36 megapixels take 5 seconds.
 */
const MAX_SCANS = 100;

/**
 * Reads the header and holds it against the limits: first as far as it can be read here, then as the decoder reads it. Throws
 * `ProblemError` `image-too-complex` or `corrupt-image`.
 */
export async function readPictureHeader(
  input: DecoderInput,
  reader: ByteReader,
  limits: WorkerLimits,
): Promise<PictureHeader> {
  const stated = await readStatedHeader(input.format, reader);
  if (stated) requireWithin({ frames: 1, channels: 1, ...stated, ...stated.plain }, limits);
  const { progressive, ...header } = stated?.plain
    ? plainHeader(input.format, stated, stated.plain.progressive)
    : await decodedHeader(input, limits);
  if (input.format === 'jpeg' && progressive) await requireFewScans(reader);
  return header;
}

type HeaderAndScans = PictureHeader & { readonly progressive: boolean };

/** Saves the decoder's look at the header, which for a small picture is a tenth of all the work. */
function plainHeader(
  format: DecodableFormat,
  { width, height }: StatedHeader,
  progressive: boolean,
): HeaderAndScans {
  const rest = { frames: 1, animated: false, turned: false, hasAlpha: false, progressive };
  return { format, width, height, storedWidth: width, ...rest };
}

async function decodedHeader(input: DecoderInput, limits: WorkerLimits): Promise<HeaderAndScans> {
  const metadata = await input.decode({ headerOnly: true }, (image) => image.metadata());
  const { width, height } = metadata.autoOrient;
  const frames = metadata.pages ?? 1;
  requireWithin({ width, height, frames, channels: metadata.channels }, limits);
  return {
    format: input.format,
    width,
    height,
    storedWidth: metadata.width,
    frames,
    animated: ANIMATED_FORMATS.has(input.format) && frames > 1,
    turned: (metadata.orientation ?? 1) > 1,
    hasAlpha: metadata.hasAlpha,
    progressive: metadata.isProgressive,
  };
}

interface Dimensions {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly channels: number;
}

function requireWithin({ width, height, frames, channels }: Dimensions, limits: WorkerLimits): void {
  if (width < 1 || height < 1) throw new ProblemError({ kind: 'corrupt-image' });
  if (Math.max(width, height) > limits.limitSidePixels) tooComplex('side');
  if (width * height > limits.limitPixels || channels > MAX_CHANNELS) tooComplex('pixels');
  if (Math.max(width * height, LEAST_PIXELS_PER_FRAME) * frames > limits.limitPixels && frames > 1) {
    tooComplex('frames');
  }
}

async function requireFewScans(reader: ByteReader): Promise<void> {
  let scans = 0;
  for await (const marker of jpegMarkers(reader)) {
    if (marker === SOS && ++scans > MAX_SCANS) tooComplex('time');
  }
}

function tooComplex(limit: 'side' | 'pixels' | 'frames' | 'time'): never {
  throw new ProblemError({ kind: 'image-too-complex', limit });
}
