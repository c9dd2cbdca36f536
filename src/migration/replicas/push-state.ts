import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  ProblemError,
  type ProfileImage,
  type Subject,
  type SubjectRecord,
  type Upload,
} from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { KEEP_TOUCHED_MS } from '../journal/journal.ts';
import type { JournalEntry, SecondLook } from '../journal/journal-entry.ts';
import { type BackendCommand, type BackendReply, verdictOf } from './backend.ts';
import { payDebt, slotGeneration } from './own-record.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { unsureLook } from './unsure-look.ts';

/** The record moves on while it is being pushed; after so many rounds the next run goes on. */
const MAX_ROUNDS = 8;

/**
 * Brings the backend to own's newest state, deletes first, until the record owes nothing. The state is sent, not the operations: the latest
 * wins. Throws where the backend refuses or gives no answer; the debt stays. Call it with the subject's lease.
 */
export async function pushDebt(parts: ReplicaParts, held: HeldEntry, subject: Subject): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { record } = await readSubjectRecord(parts.records, subject.key);
    if (!record?.owes?.[parts.replica]) {
      if (record && held.entry.fillers) await pushSlots(parts, held, subject, record, []);
      return forgetOwing(parts, held);
    }
    const { reached } = held.entry;
    const slots = Object.keys(record.slots)
      .map(Number)
      .filter((slot) => slotGeneration(record, slot) > reached);
    await pushSlots(parts, held, subject, record, slots);
    await held.write((entry) => ({ ...entry, reached: record.generation }));
    await payDebt(parts, subject, record.generation);
  }
}

/** Sends own's newest state of the slots that a write without an answer may have spoilt. */
export async function pushAgain(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  { slots, after }: SecondLook,
): Promise<void> {
  const { record } = await readSubjectRecord(parts.records, subject.key);
  if (!record) return;
  const newer = slots.filter((slot) => slotGeneration(record, slot) > after);
  await pushSlots(parts, held, subject, record, newer);
}

async function forgetOwing(parts: ReplicaParts, held: HeldEntry): Promise<void> {
  const isOld = (entry: JournalEntry) => parts.clock.nowMs() - entry.touchedAtMs > KEEP_TOUCHED_MS;
  if (held.entry.owing && isOld(held.entry)) {
    await held.write((entry) => (isOld(entry) ? { ...entry, owing: false } : entry));
  }
}

async function pushSlots(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  record: SubjectRecord,
  slots: readonly number[],
): Promise<void> {
  const reachable = slots.filter((slot) => slot < parts.backend.slots);
  const unreachable = slots.filter((slot) => !reachable.includes(slot));
  parts.onLosses?.(
    unreachable.map((slot) => ({
      field: `images[${slot}]`,
      fate: 'dropped',
      note: 'the backend has no such slot',
    })),
  );
  const buried = reachable.filter((slot) => record.slots[slot]?.kind === 'tombstone');
  const imaged = reachable.filter((slot) => record.slots[slot]?.kind === 'image');
  // Where parts are put into slots by their order, the slots before the last one have to be sent as well.
  const last = Math.max(-1, ...imaged);
  const filled = Array.from({ length: last + 1 }, (_, slot) => slot);
  const isImage = (slot: number) => record.slots[slot]?.kind === 'image';
  const fillers = filled.filter((slot) => !isImage(slot));
  const left = (held.entry.fillers ?? []).filter((slot) => !isImage(slot) && slot > last);
  const { canDelete } = parts.backend;
  const gone = [...new Set([...buried.filter((slot) => slot > last), ...left])];
  if (canDelete) await deleteSlots(parts, held, subject, record, gone);
  if (fillers.length > 0) await held.write((entry) => ({ ...entry, fillers: [...left, ...fillers] }));
  if (filled.length > 0) await putSlots(parts, held, subject, record, filled, last);
  if (canDelete) await deleteSlots(parts, held, subject, record, fillers);
  if (held.entry.fillers) await held.write(({ fillers: _empty, ...entry }) => entry);
}

async function deleteSlots(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  record: SubjectRecord,
  slots: readonly number[],
): Promise<void> {
  for (const slot of slots) {
    const reply = await carryOut(parts, held, subject, record, {
      kind: 'delete-images',
      subject: { kind: 'key', key: subject.key },
      slots: [slot],
    });
    requireDone(reply, 'image-not-found');
  }
}

async function putSlots(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  record: SubjectRecord,
  slots: readonly number[],
  last: number,
): Promise<void> {
  const uploads: { readonly slot: number; readonly upload: Upload; readonly release: () => Promise<void> }[] =
    [];
  try {
    for (const slot of slots) {
      const image = imageOf(record, slot) ?? imageOf(record, last);
      if (!image) continue;
      uploads.push({ slot, ...(await uploadOf(parts, image)) });
    }
    const images = uploads.map(({ slot, upload }) => ({ slot, upload }));
    const command = { kind: 'put-images', subject: { kind: 'key', key: subject.key }, images } as const;
    requireDone(await carryOut(parts, held, subject, record, command));
  } finally {
    await Promise.all(uploads.map((upload) => upload.release()));
  }
}

function imageOf(record: SubjectRecord, slot: number): ProfileImage | undefined {
  const state = record.slots[slot];
  return state?.kind === 'image' ? state.image : undefined;
}

async function uploadOf(
  { objects, spool }: ReplicaParts,
  { original, fileName }: ProfileImage,
): Promise<{ readonly upload: Upload; readonly release: () => Promise<void> }> {
  const body = await objects.get(original.key);
  // Replaced since the record was read: the next round sees the newer record.
  if (!body) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  const { source, release } = await spool.hold(body.stream, body.totalBytes);
  const { bytes, sha256 } = original;
  return { upload: { bytes, sha256, source, ...(fileName === undefined ? {} : { fileName }) }, release };
}

/** Asks the backend, and takes note where the answer does not come. */
async function carryOut(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  record: SubjectRecord,
  command: Exclude<BackendCommand, { kind: 'read-subject' | 'locate-images' }>,
): Promise<BackendReply> {
  const unsure = async () => {
    const slots = command.kind === 'put-images' ? command.images.map(({ slot }) => slot) : command.slots;
    await held.write((entry) => ({
      ...entry,
      reached: Math.min(entry.reached, ...slots.map((slot) => slotGeneration(record, slot) - 1)),
      // Whatever is newest when the second look comes belongs there, however old: hence 0.
      lookAgain: unsureLook(parts, entry, slots, 0),
    }));
  };
  try {
    const reply = await parts.backend.carryOut(command, subject);
    parts.onLosses?.(reply.losses);
    if (verdictOf(reply) === 'unsure') await unsure();
    return reply;
  } catch (cause) {
    await unsure();
    throw cause;
  }
}

function requireDone({ outcome }: BackendReply, ...accepted: readonly string[]): void {
  if (outcome.kind !== 'problem' || accepted.includes(outcome.problem.kind)) return;
  throw new ProblemError({ kind: 'upstream-unavailable' }, { cause: new ProblemError(outcome.problem) });
}
