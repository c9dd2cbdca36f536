import type { Metadata } from 'sharp';
import { type PictureFormat, ProblemError, type RenderedFormat } from '../../domain/index.ts';
import type { ByteReader } from '../detect/byte-reader.ts';
import type { WorkerLimits } from '../job.ts';
import type { DecoderInput } from './decoder-input.ts';
import { jpegMarkers } from './jpeg-marker-stream.ts';
import { SOS } from './jpeg-markers.ts';
import { readStatedHeader, type StatedHeader } from './stated-header.ts';

/** What the header says; no pixels were decoded. */
export interface PictureHeader {
  readonly format: PictureFormat;
  /** Of one frame, upright. */
  readonly width: number;
  readonly height: number;
  /** As stored, before the orientation is applied. */
  readonly storedWidth: number;
  readonly frames: number;
  /** Whether the frames make an animation; the pages of a TIFF do not. */
  readonly animated: boolean;
  /** Whether it is stored in an orientation other than upright. */
  readonly turned: boolean;
  readonly hasAlpha: boolean;
  /** Progressive JPEG or interlaced PNG: held as a whole while it is decoded. */
  readonly progressive: boolean;
}

const ANIMATED_FORMATS: ReadonlySet<RenderedFormat> = new Set(['gif', 'webp']);

/** Each frame costs some work, however small it is, so it counts as at least this many pixels. */
const LEAST_PIXELS_PER_FRAME = 64 * 64;

/** RGBA, or the five inks of print. A picture of a person has no more channels. */
const MAX_CHANNELS = 5;

/**
 * A scan is a pass over all pixels that costs the sender some 50 bytes. Encoders write at most some 20 scans.
 * The standard allows far more, and 700 scans of 36 megapixels take 5 seconds.
 */
const MAX_SCANS = 100;

/**
 * Baseline JPEG is decoded row by row and in a smaller size. So the 108 and 200 megapixels of large sensors
 * fit into the memory and time of 64 megapixels in another format.
 */
const BASELINE_JPEG_PIXELS = 3.2;

/** How many pages of a TIFF are compared to find the largest one. */
const MAX_PAGES = 16;

/**
 * Reads the header and checks it against the limits: first the part that can be read here, then the decoder's
 * view. Frames count where `animation` is requested; otherwise the first frame is the picture. Of the pages
 * of a TIFF, the largest is the picture. Throws `ProblemError` `image-too-complex` or `corrupt-image`.
 */
export async function readPictureHeader(
  input: DecoderInput,
  reader: ByteReader,
  limits: WorkerLimits,
  animation: boolean,
): Promise<PictureHeader> {
  const stated = await readStatedHeader(input.format, reader);
  const baseline = stated?.plain ? !stated.plain.progressive : input.format === 'jpeg';
  if (stated) requireWithinLimits({ frames: 1, channels: 1, ...stated, ...stated.plain, baseline }, limits);
  const header = stated?.plain
    ? makePlainHeader(input.format, stated, stated.plain.progressive)
    : await decodeHeader(input, limits, animation);
  if (input.format === 'jpeg' && header.progressive) await requireFewScans(reader);
  return header;
}

/**
 * The header, without the decoder reading it again. For a small picture that would be a tenth of all the
 * work.
 */
function makePlainHeader(
  format: RenderedFormat,
  { width, height }: StatedHeader,
  progressive: boolean,
): PictureHeader {
  const rest = { frames: 1, animated: false, turned: false, hasAlpha: false, progressive };
  return { format, width, height, storedWidth: width, ...rest };
}

async function decodeHeader(
  input: DecoderInput,
  limits: WorkerLimits,
  animation: boolean,
): Promise<PictureHeader> {
  const { format } = input;
  const metadata = await readMetadata(input);
  const { width, height } = metadata.autoOrient;
  const frames = metadata.pages ?? 1;
  const animated = animation && ANIMATED_FORMATS.has(format) && frames > 1;
  const progressive = metadata.isProgressive ?? false;
  const baseline = format === 'jpeg' && !progressive;
  requireWithinLimits(
    { width, height, frames: animated ? frames : 1, channels: metadata.channels, baseline },
    limits,
  );
  return {
    format,
    width,
    height,
    storedWidth: metadata.width,
    frames,
    animated,
    turned: (metadata.orientation ?? 1) > 1,
    hasAlpha: metadata.hasAlpha,
    progressive,
  };
}

/** Scanners and photo archives put a small preview before the page itself. */
async function readMetadata(input: DecoderInput): Promise<Metadata> {
  const first = await input.decode({ headerOnly: true }, (image) => image.metadata());
  if (input.format !== 'tiff') return first;
  let largest = first;
  for (let page = 1; page < Math.min(first.pages ?? 1, MAX_PAGES); page++) {
    const metadata = await input.decode({ headerOnly: true, page }, (image) => image.metadata());
    if (metadata.width * metadata.height <= largest.width * largest.height) continue;
    largest = metadata;
    input.selectPage(page);
  }
  return largest;
}

/** The figures that limits apply to. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly channels: number;
  /** A baseline JPEG. */
  readonly baseline?: boolean;
}

/**
 * Throws `ProblemError` `image-too-complex` or `corrupt-image` where a header is over a limit or describes no
 * picture.
 */
export function requireWithinLimits(
  { width, height, frames, channels, baseline = false }: Dimensions,
  limits: WorkerLimits,
): void {
  if (width < 1 || height < 1) throw new ProblemError({ kind: 'corrupt-image' });
  if (Math.max(width, height) > limits.limitSidePixels) refuseAsTooComplex('side');
  const limitPixels = limits.limitPixels * (baseline ? BASELINE_JPEG_PIXELS : 1);
  if (width * height > limitPixels || channels > MAX_CHANNELS) refuseAsTooComplex('pixels');
  if (Math.max(width * height, LEAST_PIXELS_PER_FRAME) * frames > limits.limitPixels && frames > 1) {
    refuseAsTooComplex('frames');
  }
}

async function requireFewScans(reader: ByteReader): Promise<void> {
  let scans = 0;
  for await (const marker of jpegMarkers(reader)) {
    if (marker === SOS && ++scans > MAX_SCANS) refuseAsTooComplex('time');
  }
}

function refuseAsTooComplex(limit: 'side' | 'pixels' | 'frames' | 'time'): never {
  throw new ProblemError({ kind: 'image-too-complex', limit });
}
