import { type OpenedSubject, ProblemError, type Subject, type SubjectRecord } from '../domain/index.ts';
import { absorbPictures } from './absorb-pictures.ts';
import type { CoreParts } from './core-parts.ts';
import { openRecordOf } from './subject-records.ts';

/** The longest chain of merges that is followed. */
const MAX_MERGES = 16;

/**
 * Thrown when the subject's record is closed for writing, because the person was merged into another one. The work starts
 * again with the survivor.
 */
export class MergedAwayError extends Error {
  override readonly name = 'MergedAwayError';
}

/**
 * Opens the subject with its current record, or the survivor where the subject was merged away. It first
 * finishes moving the pictures of a merge under way. Throws `subject-not-found` for a person who
 * was erased.
 */
export async function openThroughMerges(
  parts: Pick<CoreParts, 'directory' | 'records' | 'objects' | 'background'>,
  subject: Subject,
): Promise<OpenedSubject> {
  let opened = await openRecordOf(parts.records, subject);
  for (let merges = 0; merges < MAX_MERGES; merges += 1) {
    const { record } = opened.snapshot;
    if (record?.erasedAtMs !== undefined) throw new ProblemError({ kind: 'subject-not-found' });
    if (record?.mergedInto === undefined) return opened;
    await absorbPictures(parts, opened.subject.key, record.mergedInto);
    const survivor = await parts.directory.byKey(record.tenant, record.mergedInto);
    if (!survivor) throw new ProblemError({ kind: 'subject-not-found' });
    opened = await openRecordOf(parts.records, survivor);
  }
  throw new Error(`gave up after ${MAX_MERGES} merges: the chain is too long, or a circle`);
}

/**
 * Throws where the record may no longer be written: `MergedAwayError` after a merge, `subject-not-found`
 * after an erasure.
 */
export function requireWritable(record: SubjectRecord): void {
  if (record.erasedAtMs !== undefined) throw new ProblemError({ kind: 'subject-not-found' });
  if (record.mergedInto !== undefined) throw new MergedAwayError('the person was merged into another one');
}

/**
 * Does the work with the subject. Repeats it with the survivor where the subject was merged away meanwhile.
 */
export async function retryWithSurvivor<T>(
  parts: Pick<CoreParts, 'directory' | 'records' | 'objects' | 'background'>,
  opened: OpenedSubject,
  work: (opened: OpenedSubject) => Promise<T>,
): Promise<T> {
  let current = opened;
  for (let merges = 0; ; merges += 1) {
    try {
      return await work(current);
    } catch (cause) {
      if (!(cause instanceof MergedAwayError) || merges === MAX_MERGES) throw cause;
      current = await openThroughMerges(parts, current.subject);
    }
  }
}
