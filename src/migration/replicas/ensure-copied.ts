import type { OpenedSubject, Subject } from '../../domain/index.ts';
import { copySubject } from './copy-subject.ts';
import { openLocal } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * The subject, after every picture of the backend was copied where the local store had nothing yet. A subject
 * without a picture at the backend stays at generation 0. Throws where the backend cannot be asked.
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
  return openLocal(parts, subject);
}

/** Asked before the lease is taken, so that readers of subjects without a picture do not queue for it. */
async function hasPictures({ backend }: ReplicaParts, subject: Subject): Promise<boolean> {
  const { outcome } = await backend.carryOut(
    { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
    subject,
  );
  if (outcome.kind === 'done') return outcome.images.length > 0;
  return !(outcome.kind === 'problem' && outcome.problem.kind === 'subject-not-found');
}
