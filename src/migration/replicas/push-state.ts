import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type ProfileImage, type Subject, type SubjectRecord } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { KEEP_TOUCHED_MS } from '../journal/journal.ts';
import type { JournalEntry, Recheck } from '../journal/journal-entry.ts';
import type { WritePolicy } from '../stages/write-policy.ts';
import { type BackendCommand, type BackendReply, verdictOf } from './backend.ts';
import { type HeldPicture, holdPicture } from './hold-picture.ts';
import { clearPending, slotGeneration } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { followSlots } from './resync-from-backend.ts';
import { noteFollowed, scheduleRecheck } from './schedule-recheck.ts';

/**
 * How many rounds one run makes, because the record may change while it is being sent. The next run
 * continues.
 */
const MAX_ROUNDS = 8;

/**
 * Sends the newest local state to the backend, deletes first, until nothing is pending. The state is sent,
 * not the operations: the latest one wins. Throws where the backend refuses or gives no answer; the
 * replication stays pending. Call it with the subject's lease.
 */
export async function pushPending(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  policy: WritePolicy,
): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const beganAtMs = parts.clock.nowMs();
    const { record } = await readSubjectRecord(parts.records, subject.key);
    if (!record?.pendingReplicas?.[parts.replica]) {
      if (record && held.entry.fillers) await pushSlots(parts, held, subject, record, [], policy);
      return forgetPending(parts, held);
    }
    const { reached } = held.entry;
    const slots = Object.keys(record.slots)
      .map(Number)
      .filter((slot) => slotGeneration(record, slot) > reached);
    await pushSlots(parts, held, subject, record, slots, policy);
    await held.write((entry) => ({ ...entry, reached: record.generation }));
    await clearPending(parts, subject, record.generation, beganAtMs);
  }
}

/**
 * Looks at the slots that a write without an answer may have changed. The newest local state is sent once more
 * where it is newer than that write, or where the local store is the truth. In the other slots the local store
 * follows the backend first.
 */
export async function pushRecheck(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  { slots, after, givenUp = {} }: Recheck,
  policy: WritePolicy,
): Promise<void> {
  const { record } = await readSubjectRecord(parts.records, subject.key);
  if (!record) return;
  const isSent = (slot: number) =>
    policy.read === 'local' || slotGeneration(record, slot) > Math.max(after, givenUp[slot] ?? 0);
  const sent = slots.filter(isSent);
  // Only a filler can be in a slot that was never written here and in which no write was given up.
  const mayBeTheirs = (slot: number) => record.slots[slot] !== undefined || givenUp[slot] !== undefined;
  const others = slots.filter((slot) => !isSent(slot) && mayBeTheirs(slot));
  if (others.length === 0) return pushSlots(parts, held, subject, record, sent, policy);
  const followed = await followUnsettled(parts, subject, record, others);
  await held.write((entry) => noteFollowed(entry, others, followed));
  const now = (await readSubjectRecord(parts.records, subject.key)).record;
  if (now) await pushSlots(parts, held, subject, now, sent, policy);
}

/**
 * Follows the backend in slots, unless it lacks something that is here. A backend that does not know the person
 * at all may have lost them, so their pictures here stay. Returns the record's generation afterwards.
 */
async function followUnsettled(
  parts: ReplicaParts,
  subject: Subject,
  record: SubjectRecord,
  slots: readonly number[],
): Promise<number> {
  const isFollowed = (slot: number) => slots.includes(slot);
  const how = { chosenAt: record.generation, keepsOfUnknown: true } as const;
  const isBehind = record.pendingReplicas?.[parts.replica] !== undefined;
  const result = isBehind ? 'written meanwhile' : await followSlots(parts, subject, isFollowed, how);
  if (result === 'written meanwhile') throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  return result.generation;
}

async function forgetPending(parts: ReplicaParts, held: HeldEntry): Promise<void> {
  if (held.entry.mayBePending && isTouchOver(parts, held.entry)) {
    await held.write((entry) => (isTouchOver(parts, entry) ? { ...entry, mayBePending: false } : entry));
  }
}

/** Whether no swap that makes a replication pending can be under way any more. */
export function isTouchOver({ clock }: Pick<ReplicaParts, 'clock'>, { touchedAtMs }: JournalEntry): boolean {
  return clock.nowMs() - touchedAtMs > KEEP_TOUCHED_MS;
}

async function pushSlots(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  found: SubjectRecord,
  slots: readonly number[],
  { read }: WritePolicy,
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
  const last = Math.max(-1, ...reachable.filter((slot) => imageOf(found, slot)));
  const record =
    last < 0
      ? found
      : await followBackendFirst(
          parts,
          subject,
          found,
          listSlotsToFollow(parts, held, found, reachable, last, read),
        );
  const buried = reachable.filter((slot) => record.slots[slot]?.kind === 'tombstone');
  // Some dialects put parts into slots by their order. Then the slots before the last one have to be sent as
  // well.
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

/**
 * In which slots the backend may have a picture that a push would take away. Where the backend is the truth,
 * a picture that is sent along could be older than its own. Elsewhere it may have pictures in slots that were
 * never written here: a person who was never copied may have written first in `complete`, and nothing of
 * theirs has reached the backend yet. Fillers are no pictures of the person's, not even those of a request
 * that arrives late.
 */
function listSlotsToFollow(
  { backend }: ReplicaParts,
  { entry: { fillers = [], recheck, reached } }: HeldEntry,
  found: SubjectRecord,
  pushed: readonly number[],
  last: number,
  read: WritePolicy['read'],
): number[] {
  const isUnwritten = (slot: number) => found.slots[slot] === undefined;
  const mayBeFiller = (slot: number) =>
    fillers.includes(slot) ||
    (isUnwritten(slot) && recheck?.slots.includes(slot) === true && recheck.givenUp?.[slot] === undefined);
  const isFollowed = (slot: number) =>
    read === 'backend'
      ? slot < last && !pushed.includes(slot)
      : isUnwritten(slot) && (slot < last || reached === 0);
  return Array.from({ length: backend.slots }, (_, slot) => slot).filter(
    (slot) => isFollowed(slot) && !mayBeFiller(slot),
  );
}

/** The record, once the local store has followed the backend in the slots. */
async function followBackendFirst(
  parts: ReplicaParts,
  subject: Subject,
  record: SubjectRecord,
  slots: readonly number[],
): Promise<SubjectRecord> {
  if (slots.length === 0) return record;
  const isFollowed = (slot: number) => slots.includes(slot);
  if (
    (await followSlots(parts, subject, isFollowed, { chosenAt: record.generation })) === 'written meanwhile'
  ) {
    throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
  }
  return (await readSubjectRecord(parts.records, subject.key)).record ?? record;
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
  const uploads: ({ readonly slot: number } & HeldPicture)[] = [];
  try {
    for (const slot of slots) {
      const image = imageOf(record, slot) ?? imageOf(record, last);
      if (!image) continue;
      const picture = await holdPicture(parts, image);
      // Replaced since the record was read: the next round sees the newer record.
      if (!picture) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
      uploads.push({ slot, ...picture });
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

/** Asks the backend. Notes in the journal where no answer comes. */
async function carryOut(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  record: SubjectRecord,
  command: Exclude<BackendCommand, { kind: 'read-subject' | 'locate-images' }>,
): Promise<BackendReply> {
  await held.renew();
  const startedAtMs = whenOwed(parts, record);
  const unsure = async () => {
    const slots = command.kind === 'put-images' ? command.images.map(({ slot }) => slot) : command.slots;
    await held.write((entry) => ({
      ...entry,
      reached: Math.min(entry.reached, ...slots.map((slot) => slotGeneration(record, slot) - 1)),
      // The recheck sends the newest picture, however old it is; hence 0.
      recheck: scheduleRecheck(parts, entry, { slots, generation: 0, startedAtMs }),
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

/** When the oldest write began that a push sends. */
function whenOwed({ clock, replica }: ReplicaParts, record: SubjectRecord): number {
  const nowMs = clock.nowMs();
  return Math.min(nowMs, record.pendingReplicas?.[replica]?.sinceMs ?? nowMs);
}

function requireDone({ outcome }: BackendReply, ...accepted: readonly string[]): void {
  if (outcome.kind !== 'problem' || accepted.includes(outcome.problem.kind)) return;
  throw new ProblemError({ kind: 'upstream-unavailable' }, { cause: new ProblemError(outcome.problem) });
}
