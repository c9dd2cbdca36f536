import { type OpenedSubject, type Principal, ProblemError, type SubjectReference } from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { findSubject } from './find-subject.ts';
import { readSubjectRecord } from './subject-records.ts';

/** Finds the subject in the caller's tenant and takes note of its record. Throws `subject-not-found`. */
export async function openSubject(
  parts: Pick<CoreParts, 'directory' | 'records'>,
  reference: SubjectReference,
  principal: Principal,
): Promise<OpenedSubject> {
  const subject = await findSubject(parts.directory, reference, principal);
  if (!subject || subject.tenant !== principal.tenant) throw new ProblemError({ kind: 'subject-not-found' });
  const { record, version } = await readSubjectRecord(parts.records, subject.key);
  return record && version !== undefined
    ? { subject, generation: record.generation, snapshot: { record, version } }
    : { subject, generation: 0 };
}
