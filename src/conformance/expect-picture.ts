import { outputFormat, type Rendition, type RenditionRecipe } from '../domain/index.ts';
import type { Finding } from './conformance-case.ts';
import { inspectPicture } from './pictures/inspect-picture.ts';
import type { SamplePicture } from './pictures/sample-pictures.ts';

/** Rounding may go either way. */
const PIXEL_TOLERANCE = 1;

/** Holds a downloaded picture against what the rendition makes of the one that was sent. */
export function expectPicture(downloaded: Buffer, sent: SamplePicture, rendition: Rendition): Finding[] {
  if (rendition === 'original') {
    const same = downloaded.equals(sent.bytes);
    return same
      ? []
      : [{ where: 'picture', expected: 'the uploaded bytes', got: `${downloaded.byteLength} other bytes` }];
  }
  const seen = inspectPicture(downloaded);
  const size = expectedSize(rendition, sent);
  const format = outputFormat(rendition, sent);
  return [
    ...(seen.format === format ? [] : [{ where: 'picture/format', expected: format, got: seen.format }]),
    ...sideFinding('width', size.width, seen.width),
    ...sideFinding('height', size.height, seen.height),
    ...seen.metadata.map((block) => ({ where: 'picture/metadata', expected: 'none', got: block })),
  ];
}

function sideFinding(side: 'width' | 'height', expected: number, got: number | undefined): Finding[] {
  const close = got !== undefined && Math.abs(got - expected) <= PIXEL_TOLERANCE;
  return close
    ? []
    : [{ where: `picture/${side}`, expected: `${expected} pixels`, got: `${got ?? 'unknown'} pixels` }];
}

/** The size in pixels that a recipe gives a picture. */
export function expectedSize(
  { box, enlarge, fit }: RenditionRecipe,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly width: number; readonly height: number } {
  const fitting = box ? Math.min(box.width / width, box.height / height) : 1;
  const scale = enlarge ? fitting : Math.min(1, fitting);
  const scaled = { width: Math.round(width * scale), height: Math.round(height * scale) };
  if (fit === 'inside') return scaled;
  const side = Math.max(scaled.width, scaled.height);
  return { width: side, height: side };
}
