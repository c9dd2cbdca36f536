import type { Sharp } from 'sharp';
import type { DecodableFormat } from './loaders.ts';

/**
 * How each format is written. Speed before the last percent of size: a picture at the limits must be written well within the
 * wall. JPEG without the trellis of mozjpeg, which costs twelve times as much, and with the standard's own Huffman tables: better ones
 * would save a tenth of the bytes for a third of an avatar's time.
 */
const ENCODERS: Record<DecodableFormat, (image: Sharp, quality: number) => Sharp> = {
  jpeg: (image, quality) => image.jpeg({ quality, optimiseCoding: false }),
  png: (image) => image.png({ compressionLevel: 6 }),
  // A GIF comes of a GIF alone, whose colours were chosen and dithered once.
  gif: (image) => image.gif({ effort: 1, dither: 0 }),
  webp: (image, quality) => image.webp({ quality, effort: 2 }),
  avif: (image, quality) => image.avif({ quality: avifQuality(quality), effort: 0 }),
  tiff: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
};

/** Sets the output format of a pipeline. `quality`: 1 to 100, as for JPEG. */
export function encodeAs(format: DecodableFormat, image: Sharp, quality: number): Sharp {
  return ENCODERS[format](image, quality);
}

/** AVIF's scale is another one: its 50 looks like JPEG's 80. */
function avifQuality(quality: number): number {
  return Math.max(1, Math.round((quality * 50) / 80));
}
