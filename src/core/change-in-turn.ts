import type { RecordSnapshot, Subject, SubjectRecord } from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { changeSubjectRecord, type RecordChange } from './subject-records.ts';

/**
 * Calls `changeSubjectRecord` with the record that the request saw at its beginning. Changes of one subject
 * run one at a time in this process, so only other processes can win a race.
 */
export async function changeInTurn(
  { records, subjectLocks }: Pick<UseCaseParts, 'records' | 'subjectLocks'>,
  {
    subject,
    snapshot,
  }: { readonly subject: Pick<Subject, 'key' | 'tenant' | 'id'>; readonly snapshot: RecordSnapshot },
  change: (record: SubjectRecord) => Promise<SubjectRecord | undefined> | SubjectRecord | undefined,
  holds: (record: SubjectRecord) => boolean,
): Promise<RecordChange | undefined> {
  const unlock = await subjectLocks.acquire(subject.key);
  try {
    return await changeSubjectRecord(records, subject, snapshot, change, holds);
  } finally {
    unlock();
  }
}
