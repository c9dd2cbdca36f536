import type { IMagickImage, MagickFormat } from '@imagemagick/magick-wasm';
import { ProblemError } from '../../domain/index.ts';
import type { DecodedPicture, RequireWithinLimits } from './decoded-picture.ts';
import { loadImageMagick } from './imagemagick.ts';
import { isWholePsd } from './psd-length.ts';
import { type PixelLayout, tiffHeader, tiffHeaderBytes } from './tiff-container.ts';

/** The coder for each format that neither sharp nor libheif opens. No other coder is used. */
const CODERS = {
  bmp: 'BMP',
  dng: 'DNG',
  ico: 'ICO',
  jp2: 'JP2',
  jxl: 'JXL',
  psd: 'PSD',
} as const satisfies Record<string, MagickFormat>;

/** A format that ImageMagick decodes. */
export type ImageMagickFormat = keyof typeof CODERS;

/** How many rows leave the decoder's memory at a time. */
const BAND_ROWS = 64;

/** Most pictures that an icon may have. */
const MAX_ICONS = 64;

/**
 * Decodes the first picture of a file (the largest one of an icon), upright, with 8 bits a channel. Throws
 * `ProblemError` `corrupt-image`, and what `requireWithinLimits` throws.
 */
export async function decodeWithImageMagick(
  format: ImageMagickFormat,
  bytes: Buffer,
  requireWithinLimits: RequireWithinLimits,
): Promise<DecodedPicture> {
  const magick = await loadImageMagick();
  const coder = format === 'jp2' && isBareCodestream(bytes) ? 'J2K' : CODERS[format];
  const settings = (frameIndex: number, frameCount: number) =>
    new magick.MagickReadSettings({ format: coder, frameIndex, frameCount });
  const frame = refuseUnreadable(() => {
    if (format === 'psd' && !isWholePsd(bytes)) throw new ProblemError({ kind: 'corrupt-image' });
    const headers = magick.MagickImageCollection.create();
    try {
      headers.ping(bytes, settings(0, format === 'ico' ? MAX_ICONS : 1));
      const largest = indexOfLargest(headers);
      const { width, height, depth } = headers[largest] ?? { width: 0, height: 0, depth: 0 };
      requireWithinLimits({ width, height, bitsPerChannel: depth });
      return largest;
    } finally {
      headers.dispose();
    }
  });
  return refuseUnreadable(() => magick.ImageMagick.read(bytes, settings(frame, 1), copyAsTiff));
}

function indexOfLargest(headers: readonly Pick<IMagickImage, 'width' | 'height'>[]): number {
  const areas = headers.map(({ width, height }) => width * height);
  return areas.indexOf(Math.max(...areas));
}

/** A codestream without the boxes of a JP2 file. */
function isBareCodestream(bytes: Buffer): boolean {
  return bytes.length > 4 && bytes.readUInt32BE(0) === 0xff_4f_ff_51;
}

function copyAsTiff(image: IMagickImage): DecodedPicture {
  image.autoOrient();
  const { width, height, hasAlpha } = image;
  const inks = image.colorSpace === CMYK;
  if (!inks && image.colorSpace !== SRGB && image.colorSpace !== GREY) image.colorSpace = SRGB;
  const layout: PixelLayout = {
    width,
    height,
    channels: inks || hasAlpha ? 4 : 3,
    colours: inks ? 'cmyk' : hasAlpha ? 'rgb-alpha' : 'rgb',
    profile: image.getProfile('icc')?.data,
  };
  const pixelsAt = tiffHeaderBytes(layout);
  const rowBytes = width * layout.channels;
  const tiff = Buffer.allocUnsafe(pixelsAt + height * rowBytes);
  tiff.set(tiffHeader(layout, pixelsAt));
  const mapping = inks ? 'CMYK' : hasAlpha ? 'RGBA' : 'RGB';
  image.getPixels((pixels) => {
    for (let row = 0; row < height; row += BAND_ROWS) {
      const band = pixels.toByteArray(0, row, width, Math.min(BAND_ROWS, height - row), mapping);
      if (!band) throw new Error('the second decoder gave no pixels');
      tiff.set(band, pixelsAt + row * rowBytes);
    }
  });
  return { tiff, width, height, hasAlpha: hasAlpha && !inks };
}

/* Numbers of `ColorSpace`. The module that names them is only loaded when it is needed. */
const CMYK = 2;
const GREY = 3;
const SRGB = 23;

/** A refusal of the decoder is the picture's fault. */
function refuseUnreadable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError({ kind: 'corrupt-image' }, { cause });
  }
}
