import type { Sharp } from 'sharp';
import type { RenderedFormat } from '../../domain/index.ts';

/**
 * How each format is written. Speed matters more than the last percent of size: a picture at the limits must
 * be written well within the time limit. JPEG is written without the trellis of mozjpeg, which costs twelve
 * times as much, and with the standard's own Huffman tables. Better tables would save a tenth of the bytes,
 * but take a third of an avatar's time.
 */
const ENCODERS: Record<RenderedFormat, (image: Sharp, quality: number) => Sharp> = {
  jpeg: (image, quality) => image.jpeg({ quality, optimiseCoding: false }),
  png: (image) => image.png({ compressionLevel: 6 }),
  // A GIF is only made from a GIF, whose colours were chosen and dithered already.
  gif: (image) => image.gif({ effort: 1, dither: 0 }),
  webp: (image, quality) => image.webp({ quality, effort: 2 }),
  avif: (image, quality) => image.avif({ quality: avifQuality(quality), effort: 0 }),
  tiff: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
};

/** Sets the output format of a pipeline. `quality`: 1 to 100, as for JPEG. */
export function encodeAs(format: RenderedFormat, image: Sharp, quality: number): Sharp {
  return ENCODERS[format](image, quality);
}

/** AVIF has another scale: its 50 looks like JPEG's 80. */
function avifQuality(quality: number): number {
  return Math.max(1, Math.round((quality * 50) / 80));
}
