import type { DecoderInput } from './decoder-input.ts';
import type { PictureHeader } from './picture-header.ts';

/** The header, and what only the pixels tell. */
export interface InspectedPicture extends PictureHeader {
  readonly transparent: boolean;
}

/** Decoding JPEG and WebP at an eighth costs a third; every byte is still read. */
const SHRINK = 8;

/**
 * Decodes the whole picture, all frames, where no rendition will: what is to be kept is known to be whole. Also looks whether
 * any part is see-through: the alpha channel of a screenshot is mostly there for nothing. A still, opaque picture of which
 * renditions are made is skipped, for they decode all of it.
 */
export async function inspectPicture(
  input: DecoderInput,
  header: PictureHeader,
  rendered: boolean,
): Promise<InspectedPicture> {
  const { animated } = header;
  if (rendered && !animated && !header.hasAlpha) return { ...header, transparent: false };
  const { data, info } = await input.decode({ animated, ignoreProfile: true }, (image) =>
    image
      .resize({ width: Math.ceil(header.storedWidth / SHRINK) })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  return { ...header, transparent: header.hasAlpha && hasHoles(data, info.channels) };
}

/** Averaged over 8 × 8 pixels, so that one pixel of dust with 99 % alpha does not decide the format. */
function hasHoles(pixels: Buffer, channels: number): boolean {
  for (let alpha = channels - 1; alpha < pixels.length; alpha += channels) {
    if (pixels[alpha] !== 0xff) return true;
  }
  return false;
}
