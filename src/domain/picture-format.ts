/** Every picture format that a record can name, by its short name. Only old records have SVG. */
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
  dng: { mediaType: 'image/x-adobe-dng', extension: 'dng' },
} as const satisfies Record<string, { mediaType: string; extension: string }>;

/** The short name of a picture format: `'jpeg'`, `'png'`, … */
export type PictureFormat = keyof typeof PICTURE_FORMATS;

/** The formats that uploads are accepted in, where a dialect names none. */
export const READABLE_FORMATS: readonly PictureFormat[] = (
  Object.keys(PICTURE_FORMATS) as PictureFormat[]
).filter((format) => format !== 'svg');

/** The formats that renditions are written in. A source in any other format is rendered as JPEG or PNG. */
export const RENDERED_FORMATS = ['jpeg', 'png', 'gif', 'webp', 'avif', 'tiff'] as const;

/** A format that renditions are written in. */
export type RenderedFormat = (typeof RENDERED_FORMATS)[number];

/**
 * Whether a body in this format can be a rendition. A body in another format is an uploaded file as it came
 * (or a copy that an earlier release made), and is only handed out as an attachment.
 */
export function isRenderedFormat(format: PictureFormat): format is RenderedFormat {
  return RENDERED_FORMATS.some((rendered) => rendered === format);
}

/** The media type of a format, e.g. `image/jpeg`. */
export function mediaTypeOf(format: PictureFormat): string {
  return PICTURE_FORMATS[format].mediaType;
}
