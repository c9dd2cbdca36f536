import type { Sharp } from 'sharp';
import { outputFormat, type PictureFormat, type RenditionRecipe } from '../../domain/index.ts';
import type { WorkerLimits } from '../job.ts';
import type { DecoderInput } from './decoder-input.ts';
import { encodeAs } from './encode-as.ts';
import type { InspectedPicture } from './inspect-picture.ts';

/** A finished rendition in memory. */
export interface MadeRendition {
  readonly bytes: Buffer;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes one rendition: upright, sRGB with 8 bits a channel, without metadata (the decoder drops it by
 * default). One picture and recipe always give the same bytes, regardless of the other renditions. So each
 * rendition decodes for itself: a shared decode would make the result depend on the largest requested size.
 */
export async function renderPicture(
  input: DecoderInput,
  picture: InspectedPicture,
  recipe: RenditionRecipe,
  { limitPixels }: WorkerLimits,
): Promise<MadeRendition> {
  const format = outputFormat(recipe, picture);
  const animated = keepsAnimation(picture, recipe, format);
  const { data, info } = await input.decode({ animated }, (image) => {
    const sized = fitIntoBox(convertGrey(image, picture, recipe).autoOrient(), picture, recipe, limitPixels);
    const flat =
      format === 'jpeg' && picture.hasAlpha ? sized.flatten({ background: recipe.background }) : sized;
    return encodeAs(format, flat, recipe.quality).toBuffer({ resolveWithObject: true });
  });
  return { bytes: data, format, width: info.width, height: info.pageHeight ?? info.height };
}

/**
 * An animation that must be turned becomes its first frame. The decoder turns only stills, and being upright
 * matters more.
 */
function keepsAnimation(
  picture: InspectedPicture,
  { animated }: RenditionRecipe,
  format: PictureFormat,
): boolean {
  return animated && picture.animated && !picture.turned && format === picture.format;
}

/**
 * Converts grey pictures to colour where the background has a colour. Otherwise the padding would be grey.
 */
function convertGrey(
  image: Sharp,
  { hasAlpha }: InspectedPicture,
  { fit, background }: RenditionRecipe,
): Sharp {
  const shown = fit === 'pad' || hasAlpha;
  return shown && !/^#(..)\1\1$/iu.test(background) ? image.pipelineColourspace('srgb') : image;
}

function fitIntoBox(
  image: Sharp,
  picture: InspectedPicture,
  recipe: RenditionRecipe,
  limitPixels: number,
): Sharp {
  const { box, fit, enlarge, background } = recipe;
  if (fit === 'pad') {
    const side = computePaddedSide(picture, recipe);
    return image.resize({ width: side, height: side, fit: 'contain', background });
  }
  if (box) return image.resize({ ...box, fit: 'inside', withoutEnlargement: !enlarge });
  // A rendition in the picture's own size must not exceed the pixels that other pictures may have.
  const { width, height } = picture;
  const scale = Math.sqrt(limitPixels / (width * height));
  if (scale >= 1) return image;
  return image.resize({ width: Math.floor(width * scale), height: Math.floor(height * scale), fit: 'fill' });
}

/** The side of the square that holds the picture after it was fitted into the box. */
function computePaddedSide({ width, height }: InspectedPicture, { box, enlarge }: RenditionRecipe): number {
  const longer = Math.max(width, height);
  if (!box) return longer;
  const scale = Math.min(box.width / width, box.height / height);
  return Math.max(1, Math.round(longer * (enlarge ? scale : Math.min(1, scale))));
}
