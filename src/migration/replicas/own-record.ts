import { noteDebts } from '../../core/note-debts.ts';
import { changeSubjectRecord, type RecordSnapshot, readSubjectRecord } from '../../core/subject-records.ts';
import {
  type OpenedSubject,
  type SlotState,
  type Subject,
  type SubjectRecord,
  uuidFrom,
} from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

type RecordParts = Pick<ReplicaParts, 'records' | 'clock' | 'newId' | 'replica'>;

/** The subject with its record as it stands now. */
export async function openOwn(parts: Pick<RecordParts, 'records'>, subject: Subject): Promise<OpenedSubject> {
  const { record, version } = await readSubjectRecord(parts.records, subject.key);
  return record && version !== undefined
    ? { subject, generation: record.generation, snapshot: { record, version } }
    : { subject, generation: 0 };
}

/** The generation that last wrote a slot; 0 where nothing ever did. */
export function slotGeneration(record: SubjectRecord | undefined, slot: number): number {
  const state = record?.slots[slot];
  if (!state) return 0;
  return state.kind === 'image' ? state.image.generation : state.tombstone.generation;
}

/**
 * Leaves tombstones in slots, whether or not a picture stands there: a copy of what was deleted at the backend may be on its way.
 * Slots that were written after the generation `upTo` keep what they have.
 */
export async function leaveTombstones(
  parts: RecordParts,
  subject: Subject,
  slots: readonly number[],
  upTo: number,
  owes: readonly string[] = [],
): Promise<void> {
  const deletedAtMs = parts.clock.nowMs();
  await changeSubjectRecord(
    parts.records,
    subject,
    await snapshot(parts, subject),
    (record) => {
      const buried = slots.filter((slot) => slotGeneration(record, slot) <= upTo && !isBuried(record, slot));
      if (buried.length === 0) return undefined;
      const generation = record.generation + 1;
      const after: Record<string, SlotState> = { ...record.slots };
      for (const slot of buried) {
        const state = after[slot];
        const before = state?.kind === 'image' ? state.image : undefined;
        const handle = before?.handle ?? uuidFrom(parts.newId());
        const version = before?.version ?? 0;
        after[slot] = { kind: 'tombstone', tombstone: { slot, version, generation, handle, deletedAtMs } };
      }
      return noteDebts({ ...record, generation, slots: after }, owes, deletedAtMs);
    },
    (record) => slots.every((slot) => isBuried(record, slot) || slotGeneration(record, slot) > upTo),
  );
}

function isBuried(record: SubjectRecord, slot: number): boolean {
  return record.slots[slot]?.kind === 'tombstone';
}

/** Notes that the backend has everything up to a generation; a newer debt stays. */
export async function payDebt(parts: RecordParts, subject: Subject, generation: number): Promise<void> {
  const isPaid = (record: SubjectRecord) => {
    const debt = record.owes?.[parts.replica];
    return !debt || debt.generation > generation;
  };
  await changeSubjectRecord(
    parts.records,
    subject,
    await snapshot(parts, subject),
    (record) => {
      if (isPaid(record)) return undefined;
      const { [parts.replica]: _paid, ...owes } = record.owes ?? {};
      return { ...record, owes };
    },
    isPaid,
  );
}

function snapshot(parts: Pick<RecordParts, 'records'>, subject: Subject): Promise<RecordSnapshot> {
  return readSubjectRecord(parts.records, subject.key);
}
