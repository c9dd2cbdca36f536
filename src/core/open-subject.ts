import { type OpenedSubject, type Principal, ProblemError, type SubjectReference } from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { findSubject } from './find-subject.ts';
import { openThroughMerges } from './follow-merge.ts';

/** Finds the subject in the caller's tenant and reads its record. Throws `subject-not-found`. */
export async function openSubject(
  parts: Pick<CoreParts, 'directory' | 'records' | 'objects' | 'background'>,
  reference: SubjectReference,
  principal: Principal,
): Promise<OpenedSubject> {
  const subject = await findSubject(parts.directory, reference, principal);
  if (!subject || subject.tenant !== principal.tenant) throw new ProblemError({ kind: 'subject-not-found' });
  return openThroughMerges(parts, subject);
}
