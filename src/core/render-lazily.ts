import {
  type Problem,
  type ProfileImage,
  type RenditionRecipe,
  renditionName,
  type StoredPicture,
  type SubjectRecord,
} from '../domain/index.ts';
import { changeInTurn } from './change-in-turn.ts';
import type { UseCaseParts } from './core-parts.ts';
import { imageIn } from './slots.ts';
import { keptRendition, storedRendition } from './store-bodies.ts';
import { readSubjectRecord } from './subject-records.ts';

/**
 * An image keeps at most this many renditions, so that a caller who asks for every size cannot fill the
 * store.
 */
const MAX_RENDITIONS = 32;

/**
 * Makes a rendition at its first read, and keeps it: first the body, then a note in the record. The
 * generation does not change, because the picture is the same. `undefined` when the original is gone because
 * a newer write won.
 */
export async function renderLazily(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: RenditionRecipe,
): Promise<StoredPicture | undefined> {
  const original = await parts.objects.get(image.original.key);
  if (!original) {
    await reportIfNamed(parts, subjectKey, image);
    return undefined;
  }
  const held = await parts.spool.hold(original.stream, original.totalBytes);
  try {
    const processed = await parts.imaging.process({
      source: held.source,
      accepted: [image.original.format],
      recipes: [recipe],
    });
    try {
      const [rendered] = processed.renditions;
      if (!rendered) return undefined;
      const picture = storedRendition(subjectKey, image.id, rendered);
      await parts.objects.put(picture.key, rendered.source);
      return await keepRendition(parts, subjectKey, image, recipe, picture);
    } finally {
      await processed.release();
    }
  } finally {
    await held.release();
  }
}

/** An original is lost, not replaced, when it is gone while the newest record still names it. */
async function reportIfNamed(parts: UseCaseParts, subjectKey: string, image: ProfileImage): Promise<void> {
  const { record } = await readSubjectRecord(parts.records, subjectKey);
  const current = record && imageIn(record, image.slot);
  if (current?.original.key === image.original.key) parts.reportMissing?.(image.original.key);
}

/** Whether the image may keep one more rendition. */
export function mayKeepAnother(image: ProfileImage): boolean {
  return Object.keys(image.renditions).length < MAX_RENDITIONS;
}

async function keepRendition(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: RenditionRecipe,
  picture: StoredPicture,
): Promise<StoredPicture | undefined> {
  const name = renditionName(recipe);
  let kept: StoredPicture | undefined;
  await changeImage(
    parts,
    subjectKey,
    image,
    (current) => {
      kept = current && (keptRendition(current, recipe) ?? picture);
      if (!current || kept !== picture) return undefined;
      return { ...current, renditions: { ...current.renditions, [name]: picture } };
    },
    (current) => current?.renditions[name]?.key === picture.key,
  );
  return kept;
}

/** A failed rendition is tried again after a day: by then limits may have been raised or a decoder fixed. */
const FAILURE_HOLDS_MS = 24 * 60 * 60 * 1000;
/**
 * A rendition that took too long is tried again sooner, because it may be quick an hour later on a less busy
 * machine.
 */
const SLOWNESS_HOLDS_MS = 10 * 60 * 1000;

/** Whether making the rendition failed a short while ago. */
export function hasFailedLately(image: ProfileImage, recipe: RenditionRecipe, nowMs: number): boolean {
  const failure = image.failedRenditions?.[renditionName(recipe)];
  if (failure === undefined) return false;
  return nowMs - failure.atMs < (failure.limit === 'time' ? SLOWNESS_HOLDS_MS : FAILURE_HOLDS_MS);
}

/** Notes that a rendition cannot be made, so that the next readers do not pay for another attempt. */
export async function noteFailure(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: RenditionRecipe,
  problem: Problem,
): Promise<void> {
  const name = renditionName(recipe);
  const limit = problem.kind === 'image-too-complex' ? { limit: problem.limit } : {};
  const failure = { atMs: parts.clock.nowMs(), problem: problem.kind, ...limit };
  const isNoted = (current: ProfileImage | undefined) =>
    current?.failedRenditions?.[name]?.atMs === failure.atMs;
  await changeImage(
    parts,
    subjectKey,
    image,
    (current) =>
      current && { ...current, failedRenditions: { ...current.failedRenditions, [name]: failure } },
    isNoted,
  );
}

/**
 * Changes an image's entry in the record without raising the generation. `change` gets `undefined` where the
 * image was replaced.
 */
async function changeImage(
  parts: UseCaseParts,
  subjectKey: string,
  image: ProfileImage,
  change: (current: ProfileImage | undefined) => ProfileImage | undefined,
  isDone: (current: ProfileImage | undefined) => boolean,
): Promise<void> {
  const snapshot = await readSubjectRecord(parts.records, subjectKey);
  if (!snapshot.record) return;
  const { tenant, subjectId: id } = snapshot.record;
  await changeInTurn(
    parts,
    { subject: { key: subjectKey, tenant, id }, snapshot },
    (record) => {
      const current = imageIn(record, image.slot);
      const changed = change(current?.id === image.id ? current : undefined);
      return changed && withImage(record, changed);
    },
    (record) => isDone(imageIn(record, image.slot)),
  );
}

function withImage(record: SubjectRecord, image: ProfileImage): SubjectRecord {
  return { ...record, slots: { ...record.slots, [image.slot]: { kind: 'image', image } } };
}
