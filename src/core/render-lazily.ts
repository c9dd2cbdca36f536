import {
  type ProfileImage,
  type RenditionRecipe,
  renditionName,
  type StoredPicture,
  type SubjectRecord,
} from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { storedRendition } from './prepare-image.ts';
import { imageIn } from './slots.ts';
import { changeSubjectRecord, readSubjectRecord } from './subject-records.ts';

/** An image keeps at most this many renditions, so that a caller who asks for every size cannot fill the store. */
const MAX_RENDITIONS = 32;

/**
 * Makes a rendition that a reader needs and nobody needed before, and keeps it: its body first, then a note in the record. The
 * generation stays as it is, for the picture is the same. `undefined` when the original is gone: a newer write won.
 */
export async function renderLazily(
  parts: CoreParts,
  subjectKey: string,
  image: ProfileImage,
  recipe: RenditionRecipe,
): Promise<StoredPicture | undefined> {
  const original = await parts.objects.get(image.original.key);
  if (!original) return undefined;
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
      return await keepRendition(parts, subjectKey, image, renditionName(recipe), picture);
    } finally {
      await processed.release();
    }
  } finally {
    await held.release();
  }
}

/** Whether the image may keep one more rendition. */
export function mayKeepAnother(image: ProfileImage): boolean {
  return Object.keys(image.renditions).length < MAX_RENDITIONS;
}

async function keepRendition(
  parts: CoreParts,
  subjectKey: string,
  image: ProfileImage,
  name: string,
  picture: StoredPicture,
): Promise<StoredPicture | undefined> {
  const start = await readSubjectRecord(parts.records, subjectKey);
  if (!start.record) return undefined;
  let kept: StoredPicture | undefined;
  await changeSubjectRecord(
    parts.records,
    { key: subjectKey, tenant: start.record.tenant, id: start.record.subjectId },
    start,
    (record) => {
      const current = imageIn(record, image.slot);
      kept = current?.id === image.id ? (current.renditions[name] ?? picture) : undefined;
      if (!current || !kept || current.renditions[name]) return undefined;
      return withRendition(record, current, name, picture);
    },
    (record) => imageIn(record, image.slot)?.renditions[name]?.key === picture.key,
  );
  return kept;
}

function withRendition(
  record: SubjectRecord,
  image: ProfileImage,
  name: string,
  picture: StoredPicture,
): SubjectRecord {
  const renditions = { ...image.renditions, [name]: picture };
  return {
    ...record,
    slots: { ...record.slots, [image.slot]: { kind: 'image', image: { ...image, renditions } } },
  };
}
