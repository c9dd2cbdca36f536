import { readSubjectRecord } from '../../core/subject-records.ts';
import { isNeeded, type JournalEntry } from '../journal/journal-entry.ts';
import { slotGeneration } from './local-record.ts';
import { isTouchOver } from './push-state.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** The work that is due for a subject now. */
export type PendingWork = 'delete' | 'something' | 'nothing';

/**
 * Looks without taking the lease, which would cost writes. Most entries only wait until no replication can
 * become pending any more.
 */
export async function pendingWork(
  { clock, records, replica }: Pick<ReplicaParts, 'clock' | 'records' | 'replica'>,
  entry: JournalEntry,
): Promise<PendingWork> {
  const nowMs = clock.nowMs();
  const { lease, notBeforeMs, intent, recheck, fillers, mayBePending, reached } = entry;
  if (notBeforeMs > nowMs || (lease && lease.untilMs > nowMs)) return 'nothing';
  if (intent) return intent.kind === 'delete' ? 'delete' : 'something';
  // A crash left an entry without work behind. It has to be deleted.
  if (!isNeeded(entry) || fillers || (recheck && recheck.atMs <= nowMs)) return 'something';
  if (!mayBePending) return 'nothing';
  const { record } = await readSubjectRecord(records, entry.subjectKey);
  if (!record?.pendingReplicas?.[replica]) return isTouchOver({ clock }, entry) ? 'something' : 'nothing';
  const isDelete = Object.values(record.slots).some(
    (state) => state.kind === 'tombstone' && slotGeneration(record, state.tombstone.slot) > reached,
  );
  return isDelete ? 'delete' : 'something';
}
