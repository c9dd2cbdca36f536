import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { type CameraFacts, exifBlock, withGpsDirectory } from './exif.ts';
import { segment, withSegments } from './jpeg-segments.ts';
import { type Motif, paint, storeTurned } from './paint.ts';
import { chunk, ihdr, PNG_SIGNATURE, withChunks } from './png-chunks.ts';

/** What every builder of a decodable picture takes. Sizes are pixels as seen upright. */
export interface PictureOptions extends CameraFacts {
  readonly width?: number;
  readonly height?: number;
  readonly motif?: Motif;
  /** Amplitude of noise; it is what makes a file large. */
  readonly grain?: number;
}

/** A JPEG; see the options for what a camera may have put into it. */
export interface JpegOptions extends PictureOptions {
  readonly quality?: number;
  readonly progressive?: boolean;
  readonly subsampling?: '4:2:0' | '4:4:4';
  /** `cmyk`: four inks, as from a print shop. `grey`: one channel. */
  readonly colour?: 'rgb' | 'cmyk' | 'grey';
  /** Embeds this profile of the decoder's own. */
  readonly icc?: 'srgb' | 'p3';
  /** A comment, an IPTC block and an XMP packet with a position. */
  readonly chatter?: boolean;
}

/** A JPEG picture; by default the corner picture, 160 × 120, without any metadata. */
export async function aJpeg(options: JpegOptions = {}): Promise<Buffer> {
  const { quality = 85, progressive = false, subsampling = '4:2:0', colour = 'rgb', icc } = options;
  let image = canvas(options);
  if (colour === 'cmyk') image = image.toColourspace('cmyk');
  if (colour === 'grey') image = image.greyscale();
  if (icc) image = image.withIccProfile(icc);
  const bare = await image.jpeg({ quality, progressive, chromaSubsampling: subsampling }).toBuffer();
  const extras: Buffer[] = [];
  if (options.orientation !== undefined || options.gps) {
    extras.push(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exifBlock(options)])));
  }
  if (options.chatter) extras.push(...chatter());
  return withSegments(bare, ...extras);
}

/** A PNG picture. `bitDepth` 16 and `palette` exclude each other; `alpha` makes the right half see-through. */
export interface PngOptions extends PictureOptions {
  readonly alpha?: 'none' | 'opaque' | 'half';
  readonly palette?: boolean;
  readonly bitDepth?: 8 | 16;
  readonly interlaced?: boolean;
  readonly colour?: 'rgb' | 'grey';
  readonly chatter?: boolean;
}

/** A PNG picture; by default the corner picture, 160 × 120, RGB. */
export async function aPng(options: PngOptions = {}): Promise<Buffer> {
  let image = canvas(options);
  if (options.alpha === 'opaque') image = image.ensureAlpha(1);
  if (options.alpha === 'half') image = await withSeeThroughHalf(image);
  if (options.colour === 'grey') image = image.greyscale();
  if (options.bitDepth === 16) image = image.toColourspace(options.colour === 'grey' ? 'grey16' : 'rgb16');
  const bare = await image
    .png({ palette: options.palette ?? false, progressive: options.interlaced ?? false })
    .toBuffer();
  const extras: Buffer[] = [];
  if (options.orientation !== undefined || options.gps) extras.push(chunk('eXIf', exifBlock(options)));
  if (options.chatter) extras.push(chunk('tEXt', Buffer.from('Location\0Greenwich 51.47 N')));
  return withChunks(bare, ...extras);
}

/** A PNG with 1, 2, 4, 8 or 16 bits a channel and any colour type that PNG allows, written without the decoder. */
export function aRawPng(options: {
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly width?: number;
  readonly height?: number;
}): Buffer {
  const { bitDepth, colourType, width = 64, height = 48 } = options;
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType];
  const row = 1 + Math.ceil((width * channels * bitDepth) / 8);
  const pixels = Buffer.alloc(row * height, colourType === 3 ? 0 : 0x5a);
  for (let y = 0; y < height; y++) pixels[y * row] = 0;
  const palette = colourType === 3 ? [chunk('PLTE', Buffer.from([200, 40, 40, 10, 10, 200]))] : [];
  return Buffer.concat([
    PNG_SIGNATURE,
    ihdr({ width, height, bitDepth, colourType }),
    ...palette,
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF picture; with `frames` above 1 an animation of differently toned frames. */
export function aGif(options: PictureOptions & { readonly frames?: number } = {}): Promise<Buffer> {
  return animation(options).gif().toBuffer();
}

/** A WebP picture, still or animated. */
export function aWebp(
  options: PictureOptions & { readonly frames?: number; readonly lossless?: boolean } = {},
): Promise<Buffer> {
  return withCameraFacts(animation(options), options)
    .webp({ lossless: options.lossless ?? false })
    .toBuffer();
}

/** An AVIF picture. */
export function anAvif(options: PictureOptions = {}): Promise<Buffer> {
  return withCameraFacts(canvas(options), options).avif({ effort: 0 }).toBuffer();
}

/** A TIFF picture. */
export async function aTiff(options: PictureOptions & { readonly cmyk?: boolean } = {}): Promise<Buffer> {
  const image = options.cmyk ? canvas(options).toColourspace('cmyk') : canvas(options);
  const bare = await withCameraFacts(image, { orientation: options.orientation })
    .tiff({ compression: 'deflate' })
    .toBuffer();
  return options.gps ? withGpsDirectory(bare) : bare;
}

/** A 12-megapixel photograph of about 3.5 MB as a phone makes it: held upright, orientation 6, with a position. Takes a second. */
export function aPhotograph(options: JpegOptions = {}): Promise<Buffer> {
  return aJpeg({
    width: 3000,
    height: 4000,
    motif: 'photograph',
    grain: 28,
    quality: 88,
    orientation: 6,
    gps: true,
    ...options,
  });
}

/** A head-and-shoulders sized JPEG of about 30 KB. */
export function anAvatar(options: JpegOptions = {}): Promise<Buffer> {
  return aJpeg({ width: 400, height: 400, motif: 'photograph', grain: 24, ...options });
}

function canvas(options: PictureOptions): Sharp {
  const { width = 160, height = 120, motif = 'corners', grain = 0, orientation = 1 } = options;
  const stored = storeTurned(paint(motif, width, height, grain), width, height, orientation);
  return sharp(stored.pixels, { raw: { width: stored.width, height: stored.height, channels: 3 } });
}

function animation(options: PictureOptions & { readonly frames?: number }): Sharp {
  const { width = 160, height = 120, motif = 'corners', grain = 0, frames = 1 } = options;
  if (frames === 1) return canvas(options);
  const still = paint(motif, width, height, grain);
  const toned = Array.from({ length: frames }, (_, index) =>
    Buffer.from(still.map((value) => Math.max(0, value - (index % 8) * 24))),
  );
  return sharp(Buffer.concat(toned), {
    raw: { width, height: height * frames, channels: 3, pageHeight: height },
  });
}

function withCameraFacts(image: Sharp, { orientation, gps }: CameraFacts): Sharp {
  const turned = orientation === undefined ? image : image.withMetadata({ orientation });
  if (!gps) return turned;
  return turned.withExifMerge({
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '51/1 28/1 4012/100',
      GPSLongitudeRef: 'W',
      GPSLongitude: '0/1 0/1 531/100',
    },
  });
}

async function withSeeThroughHalf(image: Sharp): Promise<Sharp> {
  const { data, info } = await image.ensureAlpha(1).raw().toBuffer({ resolveWithObject: true });
  for (let y = 0; y < info.height; y++) {
    for (let x = info.width >> 1; x < info.width; x++) data[(y * info.width + x) * 4 + 3] = 0;
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } });
}

function chatter(): Buffer[] {
  const xmp =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,28.66N"/></rdf:RDF></x:xmpmeta>';
  return [
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`)),
    segment(
      0xed,
      Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x5a\0\x09Greenwich', 'latin1'),
    ),
    segment(0xfe, Buffer.from('taken at Greenwich')),
  ];
}
