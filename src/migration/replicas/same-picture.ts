import type { ProfileImage, SubjectRecord, Upload } from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

type Parts = Pick<ReplicaParts, 'objects' | 'spool' | 'comparer'>;

/**
 * Whether the local store holds, in a slot, the picture that the backend serves: the same bytes as the
 * original or as one of its renditions, or at least the same to look at (a backend may have encoded it in its
 * own way).
 */
export async function isSamePicture(
  parts: Parts,
  record: SubjectRecord | undefined,
  slot: number,
  served: Upload,
): Promise<boolean> {
  const state = record?.slots[slot];
  if (state?.kind !== 'image') return false;
  return hasBytes(state.image, served.sha256) || (await looksTheSame(parts, state.image, served));
}

/** Whether one of the image's bodies has this digest. */
function hasBytes({ original, renditions }: ProfileImage, sha256: string): boolean {
  return original.sha256 === sha256 || Object.values(renditions).some((one) => one.sha256 === sha256);
}

async function looksTheSame(parts: Parts, image: ProfileImage, served: Upload): Promise<boolean> {
  for (const { key } of [image.original, ...Object.values(image.renditions)]) {
    if (await bodyLooksLike(parts, key, served)) return true;
  }
  return false;
}

async function bodyLooksLike(
  { objects, spool, comparer }: Parts,
  key: string,
  served: Upload,
): Promise<boolean> {
  const body = await objects.get(key);
  if (!body) return false;
  const held = await spool.hold(body.stream, body.totalBytes);
  try {
    return (await comparer.compare(held.source, served.source))?.same ?? false;
  } finally {
    await held.release();
  }
}
