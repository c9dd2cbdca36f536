import { readSubjectRecord } from '../../core/subject-records.ts';
import { KEEP_TOUCHED_MS } from '../journal/journal.ts';
import { isNeeded, type JournalEntry } from '../journal/journal-entry.ts';
import { slotGeneration } from './own-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** What there is to do for a subject now. */
export type PendingWork = 'delete' | 'something' | 'nothing';

/** Looks without taking the lease, which would cost writes: most entries only wait until no debt can come any more. */
export async function pendingWork(
  { clock, records, replica }: Pick<ReplicaParts, 'clock' | 'records' | 'replica'>,
  entry: JournalEntry,
): Promise<PendingWork> {
  const nowMs = clock.nowMs();
  const { lease, notBeforeMs, intent, lookAgain, fillers, owing, touchedAtMs, reached } = entry;
  if (notBeforeMs > nowMs || (lease && lease.untilMs > nowMs)) return 'nothing';
  if (intent) return intent.kind === 'delete' ? 'delete' : 'something';
  // An entry that nobody needs is what a crash left behind: it has to be taken out.
  if (!isNeeded(entry) || fillers || (lookAgain && lookAgain.atMs <= nowMs)) return 'something';
  if (!owing) return 'nothing';
  const { record } = await readSubjectRecord(records, entry.subjectKey);
  if (!record?.owes?.[replica]) return nowMs - touchedAtMs > KEEP_TOUCHED_MS ? 'something' : 'nothing';
  const isDelete = Object.values(record.slots).some(
    (state) => state.kind === 'tombstone' && slotGeneration(record, state.tombstone.slot) > reached,
  );
  return isDelete ? 'delete' : 'something';
}
