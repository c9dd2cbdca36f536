import { changeSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type Subject, type SubjectRecord } from '../../domain/index.ts';
import { readBackendPictures } from './copy-subject.ts';
import { openOwn } from './own-record.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { isSamePicture } from './same-picture.ts';

/**
 * Makes own follow the backend, while the backend is the truth: pictures that differ are put, pictures that the backend lacks are deleted,
 * as new generations and only if nothing was written since the record was read. Call it with the subject's lease.
 */
export async function adoptBackend(
  parts: ReplicaParts,
  subject: Subject,
): Promise<'followed' | 'same' | 'written meanwhile'> {
  const opened = await openOwn(parts, subject);
  const record = opened.snapshot?.record;
  // The backend has not heard of what is newest: it is not to be followed now.
  if (record?.owes?.[parts.replica]) return 'written meanwhile';
  const { pictures, release } = await readBackendPictures(parts, subject);
  try {
    const different = [];
    for (const { slot, fetched } of pictures) {
      if (!(await isSamePicture(parts, record, slot, fetched.upload))) {
        different.push({ slot, upload: fetched.upload });
      }
    }
    const there = new Set(pictures.map(({ slot }) => slot));
    const gone = Object.values(record?.slots ?? {}).flatMap((state) =>
      state.kind === 'image' && state.image.slot < parts.backend.slots && !there.has(state.image.slot)
        ? [state.image.slot]
        : [],
    );
    if (different.length === 0 && gone.length === 0) return 'same';
    if (different.length > 0) {
      await parts.own.execute(
        { kind: 'put-images', subject: { kind: 'key', key: subject.key }, images: different },
        { ...parts.ownContext, intake: { ...parts.ownContext.intake, overlap: 'refuse' }, opened },
      );
    }
    const expected = opened.generation + (different.length > 0 ? 1 : 0);
    return gone.length === 0 || (await bury(parts, subject, gone, expected))
      ? 'followed'
      : 'written meanwhile';
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
  const { snapshot } = await openOwn(parts, subject);
  const deletedAtMs = parts.clock.nowMs();
  const isDone = (record: SubjectRecord) => slots.every((slot) => record.slots[slot]?.kind === 'tombstone');
  const change = await changeSubjectRecord(
    parts.records,
    subject,
    snapshot ?? {},
    (record) => {
      if (record.generation !== expected) return undefined;
      const generation = expected + 1;
      const buried = slots.flatMap((slot) => {
        const state = record.slots[slot];
        if (state?.kind !== 'image') return [];
        const { version, handle } = state.image;
        const tombstone = { slot, version, generation, handle, deletedAtMs };
        return [[slot, { kind: 'tombstone', tombstone }] as const];
      });
      return { ...record, generation, slots: { ...record.slots, ...Object.fromEntries(buried) } };
    },
    isDone,
  );
  return change !== undefined;
}
