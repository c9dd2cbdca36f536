import sharp, { type Sharp } from 'sharp';
import {
  type ByteSource,
  type Imaging,
  type PictureComparer,
  type PictureSize,
  ProblemError,
  READABLE_FORMATS,
  type RenditionRecipe,
} from '../domain/index.ts';

/**
 * Both pictures are compared in this size. It is small enough to forgive an encoder, and large enough to tell
 * faces apart.
 */
const COPY_RECIPE: RenditionRecipe = {
  fit: 'inside',
  box: { width: 32, height: 32 },
  enlarge: true,
  format: 'png',
  background: '#ffffff',
  quality: 90,
  animated: false,
};

/**
 * Re-encoding and rescaling stay below this distance. Two photographs of different people are well above it.
 */
const SAME_DISTANCE = 0.025;

interface SmallCopy {
  readonly size: PictureSize;
  readonly small: PictureSize;
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
}

/**
 * Compares pictures by a small upright copy of each. The imaging workers make the copies within all their
 * limits. Only the copies are decoded here.
 */
export function createPictureComparer(imaging: Pick<Imaging, 'process'>): PictureComparer {
  return {
    async compare(one, other) {
      const [first, second] = await Promise.all([
        makeCopyWithRetry(imaging, one),
        makeCopyWithRetry(imaging, other),
      ]);
      if (!first || !second) return undefined;
      const distance = haveSameShape(first.small, second.small) ? await measureDistance(first, second) : 1;
      return { same: distance <= SAME_DISTANCE, distance, sizes: [first.size, second.size] };
    },
  };
}

/** A worker that ended in the middle of a job says nothing about the picture, so the next worker gets it. */
async function makeCopyWithRetry(
  imaging: Pick<Imaging, 'process'>,
  source: ByteSource,
): Promise<SmallCopy | undefined> {
  try {
    return await makeCopy(imaging, source);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    return makeCopy(imaging, source);
  }
}

async function makeCopy(
  imaging: Pick<Imaging, 'process'>,
  source: ByteSource,
): Promise<SmallCopy | undefined> {
  try {
    const processed = await imaging.process({ source, accepted: READABLE_FORMATS, recipes: [COPY_RECIPE] });
    try {
      const [rendered] = processed.renditions;
      if (!rendered) return undefined;
      const input = rendered.source.kind === 'memory' ? rendered.source.bytes : rendered.source.path;
      const { data, info } = await readPixels(sharp(input));
      const { width, height } = processed.facts;
      return { size: { width, height }, small: { width: info.width, height: info.height }, pixels: data };
    } finally {
      await processed.release();
    }
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind !== 'overloaded') return undefined;
    throw cause;
  }
}

async function measureDistance(one: SmallCopy, other: SmallCopy): Promise<number> {
  const { data } = await readPixels(
    sharp(other.pixels, { raw: { ...other.small, channels: 3 } }).resize({ ...one.small, fit: 'fill' }),
  );
  let sum = 0;
  for (const [at, value] of one.pixels.entries()) sum += Math.abs(value - (data[at] ?? 0));
  return sum / one.pixels.length / 255;
}

function readPixels(image: Sharp) {
  return image
    .flatten({ background: COPY_RECIPE.background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** Rounding may make a difference of one pixel. */
function haveSameShape(one: PictureSize, other: PictureSize): boolean {
  return Math.abs(one.width - other.width) <= 1 && Math.abs(one.height - other.height) <= 1;
}
