import { bodiesNamedBy } from '../../core/body-references.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type Subject, type Upload } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import type { IntendedImage, Intent } from '../journal/journal-entry.ts';
import { type BackendReply, verdictOf } from './backend.ts';
import { leaveTombstones, openOwn, slotGeneration } from './own-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** A picture of an intent, read back from the store. */
interface HeldImage {
  readonly slot: number;
  readonly upload: Upload;
  readonly release: () => Promise<void>;
}

/**
 * Finishes a write that was begun: sends it to the backend once more, then commits it here, unless the slot was written since. A write that
 * the backend refuses never happened. Throws where the backend cannot be asked now; then the intent stays.
 */
export async function resolveIntent(parts: ReplicaParts, held: HeldEntry, subject: Subject): Promise<void> {
  const { intent } = held.entry;
  if (!intent) return;
  const result =
    intent.kind === 'put'
      ? await putAgain(parts, intent, subject)
      : await deleteAgain(parts, intent, subject);
  if (result === 'bodies gone') {
    const lookAgain = { atMs: 0, how: 'adopt', slots: [], after: intent.generation } as const;
    await held.write(({ intent: _lost, ...entry }) => ({ ...entry, lookAgain }));
    return;
  }
  await held.write(({ intent: _settled, ...entry }) => entry);
  await discardIntended(parts, intent);
}

async function putAgain(
  parts: ReplicaParts,
  intent: Extract<Intent, { kind: 'put' }>,
  subject: Subject,
): Promise<'settled' | 'bodies gone'> {
  const images = await holdAll(parts, intent.images);
  if (!images) return 'bodies gone';
  try {
    const reference = { kind: 'key', key: subject.key } as const;
    const reply = await parts.backend.carryOut({ kind: 'put-images', subject: reference, images }, subject);
    if (!isCarriedOut(reply)) return 'settled';
    const opened = await openOwn(parts, subject);
    const record = opened.snapshot?.record;
    const missing = images.filter(({ slot }) => slotGeneration(record, slot) <= intent.generation);
    if (missing.length > 0) {
      await parts.own.execute(
        { kind: 'put-images', subject: reference, images: missing },
        { ...parts.ownContext, opened },
      );
    }
    return 'settled';
  } finally {
    await Promise.all(images.map((image) => image.release()));
  }
}

async function deleteAgain(
  parts: ReplicaParts,
  intent: Extract<Intent, { kind: 'delete' }>,
  subject: Subject,
): Promise<'settled'> {
  for (const slot of intent.slots) {
    const reply = await parts.backend.carryOut(
      { kind: 'delete-images', subject: { kind: 'key', key: subject.key }, slots: [slot] },
      subject,
    );
    // A picture that is not there any more was deleted by the first attempt.
    isCarriedOut(reply);
  }
  await leaveTombstones(parts, subject, intent.slots, intent.generation);
  return 'settled';
}

/** `false`: refused for good. Throws where the backend has to be asked again later. */
function isCarriedOut(reply: BackendReply): boolean {
  const verdict = verdictOf(reply);
  if (verdict === 'done') return true;
  if (verdict === 'refused') return false;
  const cause = reply.outcome.kind === 'problem' ? new ProblemError(reply.outcome.problem) : undefined;
  throw new ProblemError({ kind: 'upstream-unavailable' }, { cause });
}

async function holdAll(
  { objects, spool }: ReplicaParts,
  images: readonly IntendedImage[],
): Promise<HeldImage[] | undefined> {
  const held: HeldImage[] = [];
  for (const { slot, original, fileName } of images) {
    const body = await objects.get(original.key);
    if (!body) {
      await Promise.all(held.map((image) => image.release()));
      return undefined;
    }
    const { source, release } = await spool.hold(body.stream, body.totalBytes);
    const upload: Upload = {
      bytes: original.bytes,
      sha256: original.sha256,
      source,
      ...(fileName === undefined ? {} : { fileName }),
    };
    held.push({ slot, upload, release });
  }
  return held;
}

/** Removes the bodies that only the intent kept, as far as no record names them. */
export async function discardIntended(parts: ReplicaParts, intent: Intent): Promise<void> {
  if (intent.kind !== 'put') return;
  for (const { original } of intent.images) {
    const subjectKey = original.key.split('/')[1] ?? '';
    const { record } = await readSubjectRecord(parts.records, subjectKey);
    if (!record || !bodiesNamedBy(record).has(original.key)) await parts.objects.delete(original.key);
  }
}
