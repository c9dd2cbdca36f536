import { changeSubjectRecord } from '../../core/subject-records.ts';
import { writeTombstones } from '../../core/write-tombstones.ts';
import { ProblemError, type Subject, type SubjectRecord, type Upload } from '../../domain/index.ts';
import { blameBackend } from './blame-backend.ts';
import { readBackendPictures } from './copy-subject.ts';
import { openLocal } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { isSamePicture } from './same-picture.ts';

/** The result of following the backend: whether that wrote anything, and the record's generation afterwards. */
type FollowResult = { readonly hasWritten: boolean; readonly generation: number } | 'written meanwhile';

/**
 * Makes the local store follow the backend, while the backend is the truth. Pictures that differ are put;
 * pictures that the backend lacks are deleted. These are new generations, and are written only if the record
 * has not changed since it was read. Call it with the subject's lease. `isFollowed`: default, every slot.
 */
export async function resyncFromBackend(
  parts: ReplicaParts,
  subject: Subject,
  isFollowed: (slot: number) => boolean = () => true,
): Promise<FollowResult> {
  const { record } = (await openLocal(parts, subject)).snapshot;
  // The newest pictures have not reached the backend, so the local store must not follow it now.
  if (record?.pendingReplicas?.[parts.replica]) return 'written meanwhile';
  return followSlots(parts, subject, isFollowed);
}

/**
 * Does the same in some slots alone: those whose local pictures have all reached the backend. Where the slots
 * were chosen by a record, `chosenAt` is its generation: a newer record is left as it is. `keepsOfUnknown`:
 * deletes nothing where the backend does not know the person.
 */
export async function followSlots(
  parts: ReplicaParts,
  subject: Subject,
  isFollowed: (slot: number) => boolean,
  { chosenAt, keepsOfUnknown }: { readonly chosenAt?: number; readonly keepsOfUnknown?: true } = {},
): Promise<FollowResult> {
  const opened = await openLocal(parts, subject);
  if (chosenAt !== undefined && opened.generation !== chosenAt) return 'written meanwhile';
  const record = opened.snapshot?.record;
  const { pictures, isKnown, release } = await readBackendPictures(parts, subject, isFollowed);
  try {
    const different: { readonly slot: number; readonly upload: Upload }[] = [];
    for (const { slot, fetched } of pictures) {
      if (!(await isSamePicture(parts, record, slot, fetched.upload))) {
        different.push({ slot, upload: fetched.upload });
      }
    }
    const there = new Set(pictures.map(({ slot }) => slot));
    const gone = Object.values(record?.slots ?? {}).flatMap((state) =>
      state.kind === 'image' &&
      state.image.slot < parts.backend.slots &&
      isFollowed(state.image.slot) &&
      !there.has(state.image.slot) &&
      (isKnown || !keepsOfUnknown)
        ? [state.image.slot]
        : [],
    );
    if (different.length === 0 && gone.length === 0)
      return { hasWritten: false, generation: opened.generation };
    if (different.length > 0) {
      await blameBackend(() =>
        parts.local.execute(
          { kind: 'put-images', subject: { kind: 'key', key: subject.key }, images: different },
          { ...parts.localContext, intake: { ...parts.localContext.intake, overlap: 'refuse' }, opened },
        ),
      );
    }
    const expected = opened.generation + (different.length > 0 ? 1 : 0);
    if (gone.length === 0) return { hasWritten: true, generation: expected };
    const isBuried = await bury(parts, subject, gone, expected);
    return isBuried ? { hasWritten: true, generation: expected + 1 } : 'written meanwhile';
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'conflict') return 'written meanwhile';
    throw cause;
  } finally {
    await release();
  }
}

/** Tombstones under an expected generation. */
async function bury(
  parts: ReplicaParts,
  subject: Subject,
  slots: readonly number[],
  expected: number,
): Promise<boolean> {
  const { snapshot } = await openLocal(parts, subject);
  const deletedAtMs = parts.clock.nowMs();
  const isDone = (record: SubjectRecord) => slots.every((slot) => record.slots[slot]?.kind === 'tombstone');
  const change = await changeSubjectRecord(
    parts.records,
    subject,
    snapshot,
    (record) => {
      if (record.generation !== expected) return undefined;
      const standing = slots.filter((slot) => record.slots[slot]?.kind === 'image');
      return writeTombstones(record, standing, { deletedAtMs, newId: parts.newId });
    },
    isDone,
  );
  return change !== undefined;
}
