import { readSubjectRecord } from '../../core/subject-records.ts';
import type { Subject } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { type JournalEntry, withoutWork } from '../journal/journal-entry.ts';
import type { WritePolicy } from '../stages/write-policy.ts';
import { describeFailure } from '../upstream/describe-failure.ts';
import { clearPending } from './local-record.ts';
import { isTouchOver, pushPending, pushRecheck } from './push-state.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { discardIntended, resolveIntent } from './resolve-intent.ts';
import { resyncFromBackend } from './resync-from-backend.ts';
import { recheckLeft } from './schedule-recheck.ts';

/** First pause after a failure, in milliseconds; doubles each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Does the work that is due for one subject: the unfinished write, the recheck, the pending replication.
 * Idempotent. A failure is noted and tried again after a growing pause. `'busy'`: another process has the
 * lease.
 */
export async function reconcileEntry(
  parts: ReplicaParts,
  entry: JournalEntry,
  subject: Subject,
  policy: WritePolicy,
): Promise<'done' | 'failed' | 'busy'> {
  // A survivor in `complete` owes nothing, and the merged person has nothing any more.
  const result =
    policy.write === 'local-only' ? 'done' : await reconcileSubject(parts, entry, subject, policy);
  return result === 'done' && subject.key !== entry.subjectKey ? settleMerged(parts, entry, subject) : result;
}

/**
 * A person who was merged has no pictures of their own any more. Their pending replications are the
 * survivor's, and have just been sent. An unfinished write was never acknowledged. It is given up, because
 * the generations of two records cannot be compared.
 */
async function settleMerged(
  parts: ReplicaParts,
  { subjectKey, reached }: JournalEntry,
  survivor: Subject,
): Promise<'done' | 'busy'> {
  let held: HeldEntry;
  try {
    held = await parts.journal.lease({ ...survivor, key: subjectKey }, reached, { waitMs: 0 });
  } catch {
    return 'busy';
  }
  try {
    const { intent } = held.entry;
    await held.write((entry) => ({ ...withoutWork(entry), mayBePending: false }));
    if (intent) await discardIntended(parts, intent);
    return 'done';
  } finally {
    await held.release();
  }
}

async function reconcileSubject(
  parts: ReplicaParts,
  entry: JournalEntry,
  subject: Subject,
  policy: WritePolicy,
): Promise<'done' | 'failed' | 'busy'> {
  let held: HeldEntry;
  // The journal's generations are those of the merged person's record. They say nothing about the survivor's
  // record.
  const reached = subject.key === entry.subjectKey ? entry.reached : 0;
  try {
    held = await parts.journal.lease(subject, reached, { waitMs: 0 });
  } catch {
    return 'busy';
  }
  try {
    if (subject.key !== entry.subjectKey) {
      // A try that failed is noted in the survivor's entry.
      if (held.entry.notBeforeMs > parts.clock.nowMs()) return 'busy';
      if (entry.mayBePending) await takeDebt(held, entry);
    }
    await finish(parts, held, subject, policy);
    if (held.entry.attempts > 0) {
      await held.write(({ lastFailure: _over, ...rest }) => ({ ...rest, attempts: 0, notBeforeMs: 0 }));
    }
    return 'done';
  } catch (cause) {
    parts.warn(`subject ${subject.key} could not be brought in step`, cause);
    await held.write((before) => ({
      ...before,
      attempts: before.attempts + 1,
      notBeforeMs: parts.clock.nowMs() + pauseAfter(before.attempts),
      lastFailure: describeFailure(cause),
    }));
    return 'failed';
  } finally {
    await held.release();
  }
}

/** What a person who was merged owed the backend is in the survivor's record now. */
function takeDebt(held: HeldEntry, { touchedAtMs }: JournalEntry): Promise<void> {
  return held.write((own) => ({
    ...own,
    mayBePending: true,
    touchedAtMs: Math.max(own.touchedAtMs, touchedAtMs),
  }));
}

async function finish(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  policy: WritePolicy,
): Promise<void> {
  if (policy.recheck) return;
  if (policy.write === 'stream' || !policy.redo) {
    await giveUpWork(parts, held, subject);
    return;
  }
  await resolveIntent(parts, held, subject);
  if (held.entry.mayBePending || held.entry.fillers) await pushPending(parts, held, subject, policy);
  await recheck(parts, held, subject, policy);
}

/**
 * The local store gets no writes any more. The backend is the truth, whether or not work was left unfinished. A
 * replication that stayed pending would look unfinished for ever, and would be sent over newer pictures once the
 * local store gets writes again.
 */
async function giveUpWork(parts: ReplicaParts, held: HeldEntry, subject: Subject): Promise<void> {
  const { record } = await readSubjectRecord(parts.records, subject.key);
  const reached = record?.generation ?? 0;
  if (record?.pendingReplicas?.[parts.replica])
    await clearPending(parts, subject, reached, parts.clock.nowMs());
  await held.write((entry) => ({
    ...withoutWork(entry),
    reached,
    // A swap that makes a replication pending may still be under way.
    mayBePending: entry.mayBePending === true && !isTouchOver(parts, entry),
  }));
}

async function recheck(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  policy: WritePolicy,
): Promise<void> {
  const look = held.entry.recheck;
  const nowMs = parts.clock.nowMs();
  if (!look || look.atMs > nowMs) return;
  // Once readers get the local store, the backend follows it.
  if (look.how === 'resync' && policy.read === 'backend') {
    const isFollowed = (slot: number) => !look.slots.includes(slot);
    if ((await resyncFromBackend(parts, subject, isFollowed)) === 'written meanwhile') return;
  }
  await pushRecheck(parts, held, subject, look, policy);
  await held.write(({ recheck: made, ...entry }) => {
    const left = made && recheckLeft(made, nowMs);
    return left ? { ...entry, recheck: left } : entry;
  });
}

function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}
