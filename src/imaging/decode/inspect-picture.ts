import type { DecoderInput } from './decoder-input.ts';
import type { PictureHeader } from './picture-header.ts';

/** The header, and the facts that only the pixels show. */
export interface InspectedPicture extends PictureHeader {
  readonly transparent: boolean;
}

/** Decoding JPEG and WebP at an eighth costs a third; every byte is still read. */
const SHRINK = 8;

/**
 * Decodes the whole picture, all frames, so that every stored picture is known to be whole. Skipped where
 * `proven` says that another step decodes it. Also checks whether any part is see-through, because
 * screenshots mostly have an alpha channel without using it.
 */
export async function inspectPicture(
  input: DecoderInput,
  header: PictureHeader,
  proven: boolean,
): Promise<InspectedPicture> {
  const { animated } = header;
  if (proven && !animated && !header.hasAlpha) return { ...header, transparent: false };
  const { data, info } = await input.decode({ animated, ignoreProfile: true }, (image) =>
    image
      .resize({ width: Math.ceil(header.storedWidth / SHRINK) })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  return { ...header, transparent: header.hasAlpha && hasTransparentPixels(data, info.channels) };
}

/** Each value is the mean of 8 × 8 pixels, so that a speck with 99 % alpha does not decide the format. */
function hasTransparentPixels(pixels: Buffer, channels: number): boolean {
  for (let alpha = channels - 1; alpha < pixels.length; alpha += channels) {
    if (pixels[alpha] !== 0xff) return true;
  }
  return false;
}
