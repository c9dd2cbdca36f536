import { type PictureFormat, ProblemError, type RenditionRecipe } from '../../domain/index.ts';
import type { WorkerLimits } from '../job.ts';

const MEBIBYTE = 1024 * 1024;

/** Memory of a worker before it decodes. The decoders in WebAssembly are loaded on top of that. */
const WORKER_MIB = 85;
const IMAGEMAGICK_MIB = 35;

/**
 * MiB for each megapixel: for a small rendition, and for a rendition in the picture's own size and format.
 * Measured (decision 0308).
 */
const NEEDS: Record<Exclude<PictureFormat, 'svg'>, { readonly small: number; readonly own: number }> = {
  jpeg: { small: 0.3, own: 0.8 },
  png: { small: 1.2, own: 2 },
  gif: { small: 5.5, own: 16 },
  webp: { small: 4, own: 8.3 },
  avif: { small: 18.5, own: 34 },
  tiff: { small: 1.5, own: 4 },
  heic: { small: 7, own: 7.5 },
  jxl: { small: 16, own: 16.5 },
  jp2: { small: 24, own: 24.5 },
  psd: { small: 20, own: 20.5 },
  bmp: { small: 18, own: 18.5 },
  ico: { small: 18, own: 18.5 },
  dng: { small: 20, own: 20.5 },
};

/** Progressive JPEG and interlaced PNG are held as a whole. */
const PROGRESSIVE_MIB = 3.5;
/** HEIC with more than 8 bits is decoded to 16 and then converted. */
const DEEP_HEIC_MIB = 18.5;

/** What the need is computed from. */
export interface MemoryDemand {
  readonly format: PictureFormat;
  /** Of all frames that are decoded. */
  readonly pixels: number;
  readonly progressive?: boolean;
  readonly bitsPerChannel?: number;
  readonly recipes: readonly RenditionRecipe[];
}

/**
 * Refuses a picture by its header where a worker cannot decode and render it within its memory. Otherwise the
 * worker would try and be killed. Throws `ProblemError` `image-too-complex`.
 */
export function requireMemory(demand: MemoryDemand, { memoryBytes }: WorkerLimits): void {
  if (computeNeedMiB(demand) * MEBIBYTE > memoryBytes) {
    throw new ProblemError({ kind: 'image-too-complex', limit: 'memory' });
  }
}

function computeNeedMiB({ format, pixels, progressive, bitsPerChannel = 8, recipes }: MemoryDemand): number {
  if (format === 'svg') return 0;
  const { small, own } = NEEDS[format];
  const ownSize = recipes.some(({ box }) => !box || box.width * box.height >= pixels);
  const each = ownSize ? own : small;
  const held = progressive ? PROGRESSIVE_MIB : 0;
  const deep = format === 'heic' && bitsPerChannel > 8 ? DEEP_HEIC_MIB : 0;
  const loaded = ['jxl', 'jp2', 'psd', 'bmp', 'ico', 'dng'].includes(format) ? IMAGEMAGICK_MIB : 0;
  return WORKER_MIB + loaded + (Math.max(each, deep) + held) * (pixels / 1e6);
}
