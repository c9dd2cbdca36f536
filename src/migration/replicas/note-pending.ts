import { notePendingReplicas } from '../../core/note-pending-replicas.ts';
import { changeSubjectRecord, readSubjectRecord } from '../../core/subject-records.ts';
import type { RecordSnapshot, Subject } from '../../domain/index.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** Notes that the backend has to get all pictures of a subject. */
export async function notePending(
  { journal, records, replica, clock }: Pick<ReplicaParts, 'journal' | 'records' | 'replica' | 'clock'>,
  subject: Subject,
  found?: RecordSnapshot,
): Promise<void> {
  // Also where an entry stands: what was written meanwhile without being noted may be older than it says.
  await journal.touch(subject, () => 0);
  await changeSubjectRecord(
    records,
    subject,
    found ?? (await readSubjectRecord(records, subject.key)),
    // A record without a write would look as if the person had been copied.
    (record) => (record.generation === 0 ? undefined : notePendingReplicas(record, [replica], clock.nowMs())),
    (record) => record.pendingReplicas?.[replica] !== undefined,
  );
}
