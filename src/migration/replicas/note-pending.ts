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
  await journal.touch(subject, 0);
  await changeSubjectRecord(
    records,
    subject,
    found ?? (await readSubjectRecord(records, subject.key)),
    (record) => notePendingReplicas(record, [replica], clock.nowMs()),
    (record) => record.pendingReplicas?.[replica] !== undefined,
  );
}
