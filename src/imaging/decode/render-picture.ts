import type { Sharp } from 'sharp';
import { outputFormat, type PictureFormat, type RenditionRecipe } from '../../domain/index.ts';
import type { DecoderInput } from './decoder-input.ts';
import { encodeAs } from './encode-as.ts';
import type { InspectedPicture } from './inspect-picture.ts';
import { isDecodable } from './loaders.ts';

/** A finished rendition in memory. */
export interface MadeRendition {
  readonly bytes: Buffer;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes one rendition: upright, sRGB with 8 bits a channel, without metadata (the decoder drops all of it unless asked). The
 * same picture and recipe always give the same bytes, whatever else was made with it: each rendition decodes for itself, since
 * sharing a decode would make the result depend on the largest size asked for.
 */
export async function renderPicture(
  input: DecoderInput,
  picture: InspectedPicture,
  recipe: RenditionRecipe,
): Promise<MadeRendition> {
  const format = outputFormat(recipe, picture);
  if (!isDecodable(format)) throw new Error(`there is no encoder for ${format}`);
  const animated = keepsAnimation(picture, recipe, format);
  const { data, info } = await input.decode({ animated }, (image) => {
    const sized = fitted(image.autoOrient(), picture, recipe);
    const flat =
      format === 'jpeg' && picture.hasAlpha ? sized.flatten({ background: recipe.background }) : sized;
    return encodeAs(format, flat, recipe.quality).toBuffer({ resolveWithObject: true });
  });
  return { bytes: data, format, width: info.width, height: info.pageHeight ?? info.height };
}

/** An animation that must be turned becomes its first frame: the decoder turns stills alone, and upright comes first. */
function keepsAnimation(
  picture: InspectedPicture,
  { animated }: RenditionRecipe,
  format: PictureFormat,
): boolean {
  return animated && picture.animated && !picture.turned && format === picture.format;
}

function fitted(image: Sharp, picture: InspectedPicture, recipe: RenditionRecipe): Sharp {
  const { box, fit, enlarge, background } = recipe;
  if (fit === 'pad') {
    const side = paddedSide(picture, recipe);
    return image.resize({ width: side, height: side, fit: 'contain', background });
  }
  return box ? image.resize({ ...box, fit: 'inside', withoutEnlargement: !enlarge }) : image;
}

/** The side of the square that holds the picture after it was fitted into the box. */
function paddedSide({ width, height }: InspectedPicture, { box, enlarge }: RenditionRecipe): number {
  const longer = Math.max(width, height);
  if (!box) return longer;
  const scale = Math.min(box.width / width, box.height / height);
  return Math.max(1, Math.round(longer * (enlarge ? scale : Math.min(1, scale))));
}
