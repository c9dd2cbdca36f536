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
const LOOK: RenditionRecipe = {
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

interface Look {
  readonly size: PictureSize;
  readonly small: PictureSize;
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
}

/**
 * Compares pictures by a small upright copy of each. The imaging workers make the copies, with all their
 * bounds; only those copies are decoded here.
 */
export function createPictureComparer(imaging: Pick<Imaging, 'process'>): PictureComparer {
  return {
    async compare(one, other) {
      const [first, second] = await Promise.all([lookTwice(imaging, one), lookTwice(imaging, other)]);
      if (!first || !second) return undefined;
      const distance = sameShape(first.small, second.small) ? await distanceOf(first, second) : 1;
      return { same: distance <= SAME_DISTANCE, distance, sizes: [first.size, second.size] };
    },
  };
}

/** A worker that ended in the middle of a job says nothing about the picture, so the next worker gets it. */
async function lookTwice(imaging: Pick<Imaging, 'process'>, source: ByteSource): Promise<Look | undefined> {
  try {
    return await look(imaging, source);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    return look(imaging, source);
  }
}

async function look(imaging: Pick<Imaging, 'process'>, source: ByteSource): Promise<Look | undefined> {
  try {
    const processed = await imaging.process({ source, accepted: READABLE_FORMATS, recipes: [LOOK] });
    try {
      const [rendered] = processed.renditions;
      if (!rendered) return undefined;
      const input = rendered.source.kind === 'memory' ? rendered.source.bytes : rendered.source.path;
      const { data, info } = await flat(sharp(input));
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

async function distanceOf(one: Look, other: Look): Promise<number> {
  const { data } = await flat(
    sharp(other.pixels, { raw: { ...other.small, channels: 3 } }).resize({ ...one.small, fit: 'fill' }),
  );
  let sum = 0;
  for (const [at, value] of one.pixels.entries()) sum += Math.abs(value - (data[at] ?? 0));
  return sum / one.pixels.length / 255;
}

function flat(image: Sharp) {
  return image
    .flatten({ background: LOOK.background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** Rounding may make a difference of one pixel. */
function sameShape(one: PictureSize, other: PictureSize): boolean {
  return Math.abs(one.width - other.width) <= 1 && Math.abs(one.height - other.height) <= 1;
}
