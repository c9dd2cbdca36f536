/*
 * Builders of test pictures. Every one returns the bytes of a file and gives the same bytes for the same arguments.
 */
export * from './pictures/bombs.ts';
export * from './pictures/decodable.ts';
export { exifBlock } from './pictures/exif.ts';
export { GRAPHIC_CONTROL, withLoop } from './pictures/gif-loop.ts';
export { segment, withSegments } from './pictures/jpeg-segments.ts';
export { CORNERS, type Motif } from './pictures/paint.ts';
export { chunk, ihdr, PNG_SIGNATURE, withChunks } from './pictures/png-chunks.ts';
export * from './pictures/polyglots.ts';
export * from './pictures/second-decoder.ts';
export * from './pictures/structural.ts';
