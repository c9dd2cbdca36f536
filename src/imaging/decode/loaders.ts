import sharp from 'sharp';
import type { PictureFormat } from '../../domain/index.ts';

/** The loader class of libvips for each format that is decoded here. No other loader is ever open. */
const LOADERS = {
  jpeg: 'VipsForeignLoadJpeg',
  png: 'VipsForeignLoadPng',
  gif: 'VipsForeignLoadNsgif',
  webp: 'VipsForeignLoadWebp',
  avif: 'VipsForeignLoadHeif',
  tiff: 'VipsForeignLoadTiff',
} as const satisfies Partial<Record<PictureFormat, string>>;

/** A format that the decoder opens. */
export type DecodableFormat = keyof typeof LOADERS;

/** Whether the decoder opens this format. */
export function isDecodable(format: PictureFormat): format is DecodableFormat {
  return Object.hasOwn(LOADERS, format);
}

const ALL_LOADERS = { operation: ['VipsForeignLoad'] };

// One picture at a time and never the same twice: a cache only holds memory. The pool is the parallelism.
sharp.cache(false);
sharp.concurrency(1);
sharp.block(ALL_LOADERS);
let opened: DecodableFormat | undefined;

/**
 * Opens the loader of one format and blocks every other one, so that the decoder cannot take the bytes for anything else than
 * what they were recognised as, and a format that the policy does not name never meets its decoder. Costs some 15 µs.
 */
export function openLoaderOf(format: DecodableFormat | undefined): void {
  if (opened === format) return;
  sharp.block(ALL_LOADERS);
  if (format) sharp.unblock({ operation: [LOADERS[format]] });
  opened = format;
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');

/** Tries whether blocking works in this build of the decoder: the fault found, or `undefined` when all is well. */
export async function findLoaderFault(): Promise<string | undefined> {
  openLoaderOf(undefined);
  if (await opens(GIF)) return 'loaders cannot be blocked';
  openLoaderOf('gif');
  if (!(await opens(GIF))) return 'a loader that is needed cannot be opened';
  if (await opens(SVG)) return 'the SVG loader cannot be blocked';
  return undefined;
}

async function opens(bytes: Buffer): Promise<boolean> {
  return sharp(bytes)
    .metadata()
    .then(
      () => true,
      () => false,
    );
}
