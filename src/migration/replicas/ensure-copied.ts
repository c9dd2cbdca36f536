import type { OpenedSubject, Subject } from '../../domain/index.ts';
import { copySubject } from './copy-subject.ts';
import { openOwn } from './own-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * The subject with everything that the backend held when nothing was known of it here. A subject of which the backend has no
 * picture stays at generation 0. Throws where the backend cannot be asked.
 */
export async function ensureCopied(parts: ReplicaParts, opened: OpenedSubject): Promise<OpenedSubject> {
  if (opened.generation > 0) return opened;
  const { subject } = opened;
  if (!(await hasPictures(parts, subject))) return opened;
  const held = await parts.journal.lease(subject, 0);
  try {
    await copySubject(parts, subject);
  } finally {
    await held.release();
  }
  return openOwn(parts, subject);
}

/** Asked first, so that readers of subjects without a picture do not queue for a lease. */
async function hasPictures({ backend }: ReplicaParts, subject: Subject): Promise<boolean> {
  const { outcome } = await backend.carryOut(
    { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
    subject,
  );
  if (outcome.kind === 'done') return outcome.images.length > 0;
  return !(outcome.kind === 'problem' && outcome.problem.kind === 'subject-not-found');
}
