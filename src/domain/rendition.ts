import { isRenderedFormat, type PictureFormat, type RenderedFormat } from './picture-format.ts';

/** A recipe that turns a verified picture into what readers of a dialect get: always upright, sRGB and free of metadata. */
export interface RenditionRecipe {
  /** `inside`: fit into the box, keep the aspect ratio. `pad`: the same, then pad to a square with `background`. */
  readonly fit: 'inside' | 'pad';
  /** Largest width and height in pixels; absent for the source's own size. */
  readonly box?: { readonly width: number; readonly height: number };
  /** Whether a picture smaller than the box is enlarged to it. */
  readonly enlarge: boolean;
  /**
   * `same`: the source's format where renditions are written in it, else as below. `jpeg-unless-transparent`: PNG where the source has
   * transparency or is a GIF, else JPEG.
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
 * The short stable name of a rendition, in `[a-z0-9.-]`, at most 64 characters: the same recipe has the same name in every
 * process and every release. It is part of body keys.
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
