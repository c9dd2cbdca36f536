import { isRenderedFormat, type PictureFormat, type RenderedFormat } from './picture-format.ts';

/**
 * How a verified picture becomes the picture that readers of a dialect get. The result is always upright, sRGB
 * and free of metadata.
 */
export interface RenditionRecipe {
  /**
   * `inside`: fits into the box and keeps the aspect ratio. `pad`: the same, and then padded to a square with
   * `background`.
   */
  readonly fit: 'inside' | 'pad';
  /** Largest width and height in pixels; absent for the source's own size. */
  readonly box?: { readonly width: number; readonly height: number };
  /** Whether a picture smaller than the box is enlarged to it. */
  readonly enlarge: boolean;
  /**
   * `jpeg-unless-transparent`: PNG where the source has transparency or is a GIF, else JPEG. `same`: the
   * source's format if renditions can be written in it, else like `jpeg-unless-transparent`.
   */
  readonly format: 'jpeg' | 'png' | 'same' | 'jpeg-unless-transparent';
  /** Solid colour for padding and for flattening, `#rrggbb`. */
  readonly background: string;
  /** Encoder quality, 1 to 100, for the lossy formats. */
  readonly quality: number;
  /** Whether an animation stays one (GIF, WebP); otherwise its first frame is used. */
  readonly animated: boolean;
}

/** `original`: the uploaded bytes, byte for byte. Everything else is rendered. */
export type Rendition = 'original' | RenditionRecipe;

/**
 * The short name of a rendition, in `[a-z0-9.-]`, at most 64 characters. The same recipe has the same name in
 * every process and every release. The name is part of body keys.
 */
export function renditionName(rendition: Rendition): string {
  if (rendition === 'original') return 'original';
  const { fit, box, enlarge, format, background, quality, animated } = rendition;
  const size = box ? `${box.width}x${box.height}` : 'own';
  const flags = `${enlarge ? 'e' : ''}${animated ? 'a' : ''}`;
  return [
    fit,
    size,
    format === 'jpeg-unless-transparent' ? 'auto' : format,
    background.slice(1).toLowerCase(),
    `q${quality}`,
    flags,
  ]
    .filter((part) => part !== '')
    .join('-');
}

/** Which format a recipe yields for a given source. */
export function outputFormat(
  recipe: RenditionRecipe,
  source: { readonly format: PictureFormat; readonly transparent: boolean },
): RenderedFormat {
  if (recipe.format === 'jpeg' || recipe.format === 'png') return recipe.format;
  if (recipe.format === 'same' && isRenderedFormat(source.format)) return source.format;
  return source.transparent || source.format === 'gif' ? 'png' : 'jpeg';
}
