import { bodiesNamedBy } from '../../core/body-references.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type Subject, type Upload } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import {
  type IntendedImage,
  type Intent,
  type JournalEntry,
  type SecondLook,
  slotsOf,
} from '../journal/journal-entry.ts';
import type { Conduct } from '../stages/conduct.ts';
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
 * Finishes a write that was begun: sends it to the backend once more, then commits it here. A slot that was written here since keeps what it
 * has; a write that the backend refuses never happened. Throws where the backend cannot be asked now; then the intent stays.
 */
export async function resolveIntent(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  conduct: Conduct,
): Promise<void> {
  const { intent } = held.entry;
  if (!intent) return;
  const { snapshot } = await openOwn(parts, subject);
  const isOvertaken = slotsOf(intent).every(
    (slot) => slotGeneration(snapshot?.record, slot) > intent.generation,
  );
  const result = isOvertaken ? 'overtaken' : await again(parts, intent, subject);
  await held.write(({ intent: _settled, ...entry }) =>
    result === 'settled' ? entry : { ...entry, lookAgain: lookAfter(result, intent, entry, conduct) },
  );
  await discardIntended(parts, intent);
}

/** Nobody knows what the backend holds: own's newest goes there once more, or own follows it where it is the truth. */
function lookAfter(
  result: 'overtaken' | 'bodies gone',
  intent: Intent,
  { lookAgain: before }: JournalEntry,
  { read }: Conduct,
): SecondLook {
  const how = result === 'bodies gone' && read === 'backend' ? 'adopt' : (before?.how ?? 'push');
  const slots = [...new Set([...(before?.slots ?? []), ...slotsOf(intent)])];
  return { atMs: before?.atMs ?? 0, how, slots, after: 0 };
}

function again(parts: ReplicaParts, intent: Intent, subject: Subject): Promise<'settled' | 'bodies gone'> {
  return intent.kind === 'put' ? putAgain(parts, intent, subject) : deleteAgain(parts, intent, subject);
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
    await commitMissing(parts, intent, subject, images);
    return 'settled';
  } finally {
    await Promise.all(images.map((image) => image.release()));
  }
}

/** Puts here what the slots do not have yet; a slot that was written since the intent began keeps what it has. */
async function commitMissing(
  parts: ReplicaParts,
  { generation }: Intent,
  subject: Subject,
  images: readonly HeldImage[],
): Promise<void> {
  const opened = await openOwn(parts, subject);
  const record = opened.snapshot?.record;
  const missing = images.filter(({ slot }) => slotGeneration(record, slot) <= generation);
  if (missing.length === 0) return;
  await parts.own.execute(
    { kind: 'put-images', subject: { kind: 'key', key: subject.key }, images: missing },
    // Refused where somebody writes meanwhile; the next round looks again at who is newer.
    { ...parts.ownContext, intake: { ...parts.ownContext.intake, overlap: 'refuse' }, opened },
  );
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
