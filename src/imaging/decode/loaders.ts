import sharp from 'sharp';
import type { RenderedFormat } from '../../domain/index.ts';

/** The loader class of libvips for each format that sharp decodes. No other loader is ever open. */
const LOADERS = {
  jpeg: 'VipsForeignLoadJpeg',
  png: 'VipsForeignLoadPng',
  gif: 'VipsForeignLoadNsgif',
  webp: 'VipsForeignLoadWebp',
  avif: 'VipsForeignLoadHeif',
  tiff: 'VipsForeignLoadTiff',
} as const satisfies Record<RenderedFormat, string>;

const ALL_LOADERS = { operation: ['VipsForeignLoad'] };

// No cache: it would only hold memory, because no picture is decoded twice. Each worker decodes one picture
// at a time, and the pool runs several workers.
sharp.cache(false);
sharp.concurrency(1);
sharp.block(ALL_LOADERS);
let opened: RenderedFormat | undefined;

/**
 * Opens the loader of one format and blocks every other one. So the decoder cannot read the bytes as another
 * format than the detected one, and a format that the policy does not name never reaches its decoder. Costs
 * some 15 µs.
 */
export function openLoaderOf(format: RenderedFormat | undefined): void {
  if (opened === format) return;
  sharp.block(ALL_LOADERS);
  if (format) sharp.unblock({ operation: [LOADERS[format]] });
  opened = format;
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');

/**
 * Tries whether blocking works in this build of the decoder. Gives the fault, or `undefined` where it works.
 */
export async function findLoaderFault(): Promise<string | undefined> {
  openLoaderOf(undefined);
  if (await canOpen(GIF)) return 'loaders cannot be blocked';
  openLoaderOf('gif');
  if (!(await canOpen(GIF))) return 'a loader that is needed cannot be opened';
  if (await canOpen(SVG)) return 'the SVG loader cannot be blocked';
  return undefined;
}

async function canOpen(bytes: Buffer): Promise<boolean> {
  return sharp(bytes)
    .metadata()
    .then(
      () => true,
      () => false,
    );
}
