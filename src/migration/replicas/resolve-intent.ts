import { bodiesNamedBy } from '../../core/body-references.ts';
import { parseBodyKey } from '../../core/storage-keys.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import { ProblemError, type ProblemKind, type Subject } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import {
  type IntendedImage,
  type Intent,
  type JournalEntry,
  type Recheck,
  slotsOf,
} from '../journal/journal-entry.ts';
import { type BackendReply, verdictOf } from './backend.ts';
import { type HeldPicture, holdPicture } from './hold-picture.ts';
import { leaveTombstones, openLocal, slotGeneration } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { recheckGivenUp, scheduleRecheck, withGivenUp } from './schedule-recheck.ts';

/** Answers to a delete of a picture that is not there. */
const GONE: ReadonlySet<ProblemKind> = new Set(['subject-not-found', 'image-not-found']);

/** A picture of an intent, read back from the store. */
interface HeldImage extends HeldPicture {
  readonly slot: number;
}

/**
 * Finishes a write that was begun: sends it to the backend once more, then commits it here. A slot that was
 * written here since then keeps its picture. Where the backend refuses it, the first attempt may have been
 * carried out all the same, or may still be, so the recheck looks at its slots. Throws where the backend
 * cannot be asked now; then the intent stays.
 */
export async function resolveIntent(parts: ReplicaParts, held: HeldEntry, subject: Subject): Promise<void> {
  const { intent } = held.entry;
  if (!intent) return;
  const { snapshot } = await openLocal(parts, subject);
  const isOvertaken = slotsOf(intent).every(
    (slot) => slotGeneration(snapshot.record, slot) > intent.generation,
  );
  const result = isOvertaken ? 'overtaken' : await sendAgain(parts, held, intent, subject);
  await held.write(({ intent: _settled, ...entry }) => ({
    ...entry,
    ...recheckAfter(parts, result, intent, entry),
  }));
  await discardIntended(parts, intent);
}

/**
 * Gives up a write that was begun, because a newer one is about to replace it in every slot. The first
 * attempt may have been carried out, or may still be, so the recheck looks at its slots.
 */
export async function replaceIntent(parts: ReplicaParts, held: HeldEntry, intent: Intent): Promise<void> {
  await held.write(({ intent: _replaced, ...entry }) => ({
    ...entry,
    recheck: recheckGivenUp(parts, entry, intent),
  }));
  await discardIntended(parts, intent);
}

/** What became of a write that was sent once more. */
type Resent = 'settled' | 'bodies gone' | 'refused';

function recheckAfter(
  parts: ReplicaParts,
  result: Resent | 'overtaken',
  intent: Intent,
  entry: JournalEntry,
): Pick<JournalEntry, 'recheck'> {
  // An attempt before this one may still arrive, e.g. that of a process that was killed.
  const unsure = { ...intent, slots: slotsOf(intent) };
  if (result === 'settled') return { recheck: scheduleRecheck(parts, entry, unsure) };
  if (result === 'refused') return { recheck: recheckGivenUp(parts, entry, intent) };
  // It is unknown what the backend holds. The newest local state is sent there once more, now and after the settle
  // time. Where nothing newer was written, and the bodies are gone, the local store follows the backend.
  const { how = 'push', slots = [], sinceMs, ...before } = entry.recheck ?? {};
  const own = slotsOf(intent);
  const recheck: Recheck = {
    atMs: 0,
    ...before,
    how,
    slots: [...new Set([...slots, ...own])],
    sinceMs: Math.min(sinceMs ?? intent.startedAtMs, intent.startedAtMs),
    after: 0,
  };
  const twice = scheduleRecheck(parts, { ...entry, recheck }, unsure);
  return result === 'overtaken'
    ? { recheck: twice }
    : { recheck: { ...twice, givenUp: withGivenUp(twice, own, intent.generation) } };
}

function sendAgain(parts: ReplicaParts, held: HeldEntry, intent: Intent, subject: Subject): Promise<Resent> {
  return intent.kind === 'put'
    ? putAgain(parts, held, intent, subject)
    : deleteAgain(parts, held, intent, subject);
}

async function putAgain(
  parts: ReplicaParts,
  held: HeldEntry,
  intent: Extract<Intent, { kind: 'put' }>,
  subject: Subject,
): Promise<Resent> {
  const images = await holdAll(parts, intent.images);
  if (!images) return 'bodies gone';
  try {
    const reference = { kind: 'key', key: subject.key } as const;
    await held.renew();
    const reply = await parts.backend.carryOut({ kind: 'put-images', subject: reference, images }, subject);
    if (!isCarriedOut(reply)) return 'refused';
    await commitMissing(parts, intent, subject, images);
    return 'settled';
  } finally {
    await Promise.all(images.map((image) => image.release()));
  }
}

/**
 * Finishes a write in the local store alone, since the backend is given up. The write stays noted as pending
 * at the backend. A slot that was written here since then keeps its picture.
 */
export async function commitHere(parts: ReplicaParts, held: HeldEntry, subject: Subject): Promise<void> {
  const { intent } = held.entry;
  if (!intent) return;
  const pendingReplicas = [parts.replica];
  await held.write((entry) => ({ ...entry, mayBePending: true, touchedAtMs: parts.clock.nowMs() }));
  if (intent.kind === 'delete') {
    await leaveTombstones(parts, subject, intent.slots, intent.generation, pendingReplicas);
  } else {
    const images = await holdAll(parts, intent.images);
    if (!images) parts.warn(`the pictures of an unfinished write of ${subject.id} are gone`, intent.id);
    try {
      await commitMissing(parts, intent, subject, images ?? [], pendingReplicas);
    } finally {
      await Promise.all((images ?? []).map((image) => image.release()));
    }
  }
  await held.write(({ intent: _settled, ...entry }) => entry);
  await discardIntended(parts, intent);
}

/**
 * Puts here what the slots do not have yet. A slot that was written since the intent began keeps its picture.
 */
async function commitMissing(
  parts: ReplicaParts,
  { generation }: Intent,
  subject: Subject,
  images: readonly HeldImage[],
  pendingReplicas: readonly string[] = [],
): Promise<void> {
  const opened = await openLocal(parts, subject);
  const record = opened.snapshot.record;
  const missing = images.filter(({ slot }) => slotGeneration(record, slot) <= generation);
  if (missing.length === 0) return;
  await parts.local.execute(
    { kind: 'put-images', subject: { kind: 'key', key: subject.key }, images: missing },
    // The put is refused where another write is under way. The next round compares the two again.
    {
      ...parts.localContext,
      intake: { ...parts.localContext.intake, overlap: 'refuse' },
      opened,
      ...(pendingReplicas.length > 0 ? { pendingReplicas } : {}),
    },
  );
}

async function deleteAgain(
  parts: ReplicaParts,
  held: HeldEntry,
  intent: Extract<Intent, { kind: 'delete' }>,
  subject: Subject,
): Promise<Resent> {
  for (const slot of intent.slots) {
    await held.renew();
    const reply = await parts.backend.carryOut(
      { kind: 'delete-images', subject: { kind: 'key', key: subject.key }, slots: [slot] },
      subject,
    );
    if (!isCarriedOut(reply) && !isGone(reply)) return 'refused';
  }
  await leaveTombstones(parts, subject, intent.slots, intent.generation);
  return 'settled';
}

/** `false`: the backend refused it for good. Throws where the backend has to be asked again later. */
function isCarriedOut(reply: BackendReply): boolean {
  const verdict = verdictOf(reply);
  if (verdict === 'done') return true;
  if (verdict === 'refused') return false;
  const cause = reply.outcome.kind === 'problem' ? new ProblemError(reply.outcome.problem) : undefined;
  throw new ProblemError({ kind: 'upstream-unavailable' }, { cause });
}

/** Whether there is nothing to delete: the first attempt may have deleted it already. */
function isGone({ outcome }: BackendReply): boolean {
  return outcome.kind === 'problem' && GONE.has(outcome.problem.kind);
}

async function holdAll(
  parts: ReplicaParts,
  images: readonly IntendedImage[],
): Promise<HeldImage[] | undefined> {
  const held: HeldImage[] = [];
  for (const image of images) {
    const picture = await holdPicture(parts, image);
    if (!picture) {
      await Promise.all(held.map(({ release }) => release()));
      return undefined;
    }
    held.push({ slot: image.slot, ...picture });
  }
  return held;
}

/** Removes the bodies that only the intent kept, as far as no record names them. */
export async function discardIntended(parts: ReplicaParts, intent: Intent): Promise<void> {
  if (intent.kind !== 'put') return;
  for (const { original } of intent.images) {
    const subjectKey = parseBodyKey(original.key)?.subjectKey;
    if (subjectKey === undefined) continue;
    const { record } = await readSubjectRecord(parts.records, subjectKey);
    if (!record || !bodiesNamedBy(record).has(original.key)) await parts.objects.delete(original.key);
  }
}
