import { requireWritable } from '../../core/follow-merge.ts';
import { notePendingReplicas } from '../../core/note-pending-replicas.ts';
import { changeSubjectRecord, openRecordOf, readSubjectRecord } from '../../core/subject-records.ts';
import { writeTombstones } from '../../core/write-tombstones.ts';
import type { OpenedSubject, RecordSnapshot, Subject, SubjectRecord } from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

type RecordParts = Pick<ReplicaParts, 'records' | 'clock' | 'newId' | 'replica'>;

/** The subject with its present record. */
export async function openLocal(
  parts: Pick<RecordParts, 'records'>,
  subject: Subject,
): Promise<OpenedSubject> {
  return openRecordOf(parts.records, subject);
}

/** The generation that last wrote a slot; 0 where the slot was never written. */
export function slotGeneration(record: SubjectRecord | undefined, slot: number): number {
  const state = record?.slots[slot];
  if (!state) return 0;
  return state.kind === 'image' ? state.image.generation : state.tombstone.generation;
}

/**
 * Leaves tombstones in slots, with or without a picture: a copy of what was deleted at the backend may be
 * under way. Slots that were written after the generation `upTo` keep what they have. Throws
 * `MergedAwayError` where the subject was merged away.
 */
export async function leaveTombstones(
  parts: RecordParts,
  subject: Subject,
  slots: readonly number[],
  upTo: number,
  pendingReplicas: readonly string[] = [],
): Promise<void> {
  const deletedAtMs = parts.clock.nowMs();
  await changeSubjectRecord(
    parts.records,
    subject,
    await snapshot(parts, subject),
    (record) => {
      requireWritable(record);
      const buried = slots.filter((slot) => slotGeneration(record, slot) <= upTo && !isBuried(record, slot));
      if (buried.length === 0) return undefined;
      const after = writeTombstones(record, buried, { deletedAtMs, newId: parts.newId });
      return notePendingReplicas(after, pendingReplicas, deletedAtMs);
    },
    (record) => slots.every((slot) => isBuried(record, slot) || slotGeneration(record, slot) > upTo),
  );
}

function isBuried(record: SubjectRecord, slot: number): boolean {
  return record.slots[slot]?.kind === 'tombstone';
}

/**
 * Notes that the backend has everything up to a generation. What was written since the push began, at
 * `sinceMs`, stays pending from that moment on. Otherwise a person who writes all the time would look like
 * one whose writes never arrive.
 */
export async function clearPending(
  parts: RecordParts,
  subject: Subject,
  generation: number,
  sinceMs: number,
): Promise<void> {
  const isPaid = (record: SubjectRecord) => {
    const pending = record.pendingReplicas?.[parts.replica];
    return !pending || (pending.generation > generation && pending.sinceMs >= sinceMs);
  };
  await changeSubjectRecord(
    parts.records,
    subject,
    await snapshot(parts, subject),
    (record) => {
      if (isPaid(record)) return undefined;
      const { [parts.replica]: pending, ...others } = record.pendingReplicas ?? {};
      const isLeft = pending !== undefined && pending.generation > generation;
      return {
        ...record,
        pendingReplicas: isLeft ? { ...others, [parts.replica]: { ...pending, sinceMs } } : others,
      };
    },
    isPaid,
  );
}

function snapshot(parts: Pick<RecordParts, 'records'>, subject: Subject): Promise<RecordSnapshot> {
  return readSubjectRecord(parts.records, subject.key);
}
