/** Every picture format that is recognised from bytes, by its short name. */
export const PICTURE_FORMATS = {
  jpeg: { mediaType: 'image/jpeg', extension: 'jpg' },
  png: { mediaType: 'image/png', extension: 'png' },
  gif: { mediaType: 'image/gif', extension: 'gif' },
  webp: { mediaType: 'image/webp', extension: 'webp' },
  avif: { mediaType: 'image/avif', extension: 'avif' },
  tiff: { mediaType: 'image/tiff', extension: 'tif' },
  svg: { mediaType: 'image/svg+xml', extension: 'svg' },
  heic: { mediaType: 'image/heic', extension: 'heic' },
  bmp: { mediaType: 'image/bmp', extension: 'bmp' },
  psd: { mediaType: 'image/vnd.adobe.photoshop', extension: 'psd' },
  ico: { mediaType: 'image/x-icon', extension: 'ico' },
  jxl: { mediaType: 'image/jxl', extension: 'jxl' },
  jp2: { mediaType: 'image/jp2', extension: 'jp2' },
} as const satisfies Record<string, { mediaType: string; extension: string }>;

/** The short name of a picture format: `'jpeg'`, `'png'`, … */
export type PictureFormat = keyof typeof PICTURE_FORMATS;

/** All format names, in table order. */
export const ALL_PICTURE_FORMATS = Object.keys(PICTURE_FORMATS) as PictureFormat[];

/** The media type of a format, e.g. `image/jpeg`. */
export function mediaTypeOf(format: PictureFormat): string {
  return PICTURE_FORMATS[format].mediaType;
}
