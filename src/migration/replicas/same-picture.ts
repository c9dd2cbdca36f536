import type { ProfileImage, SubjectRecord, Upload } from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * Whether own holds, in a slot, the picture whose bytes the backend serves: the same bytes as the original or as one of its renditions, or
 * at least the same to look at (a backend may have encoded it in its own way).
 */
export async function isSamePicture(
  parts: Pick<ReplicaParts, 'objects' | 'spool' | 'comparer'>,
  record: SubjectRecord | undefined,
  slot: number,
  served: Upload,
): Promise<boolean> {
  const state = record?.slots[slot];
  if (state?.kind !== 'image') return false;
  return hasBytes(state.image, served.sha256) || (await looksTheSame(parts, state.image, served));
}

/** Whether one of the image's bodies has this digest. */
export function hasBytes({ original, renditions }: ProfileImage, sha256: string): boolean {
  return original.sha256 === sha256 || Object.values(renditions).some((one) => one.sha256 === sha256);
}

async function looksTheSame(
  { objects, spool, comparer }: Pick<ReplicaParts, 'objects' | 'spool' | 'comparer'>,
  image: ProfileImage,
  served: Upload,
): Promise<boolean> {
  const body = await objects.get(image.original.key);
  if (!body) return false;
  const held = await spool.hold(body.stream, body.totalBytes);
  try {
    return (await comparer.compare(held.source, served.source))?.same ?? false;
  } finally {
    await held.release();
  }
}
