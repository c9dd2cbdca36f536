import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  type PreparedPut,
  ProblemError,
} from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { type Intent, type JournalEntry, slotsOf } from '../journal/journal-entry.ts';
import type { Conduct } from '../stages/conduct.ts';
import { type BackendReply, verdictOf } from './backend.ts';
import { copySubject } from './copy-subject.ts';
import { leaveTombstones, openOwn } from './own-record.ts';
import { pushDebt } from './push-state.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { discardIntended, resolveIntent } from './resolve-intent.ts';
import { unsureLook } from './unsure-look.ts';

/** Sends the write to the backend, in whatever form the client's request asks for. */
export type SendToBackend = () => Promise<BackendReply>;

/** A write that the backend refused: its answer is the client's. */
export class BackendRefusal extends ProblemError {}

/**
 * Puts on both sides (docs/decisions/0901): own verifies first, then intent, backend, own swap. Throws `BackendRefusal` where the backend
 * refuses; then nothing has changed. Whatever else is thrown after the backend was asked leaves the intent for the reconciler.
 */
export async function putBoth(
  parts: ReplicaParts,
  command: CommandOf<'put-images'>,
  context: CommandContext,
  conduct: Conduct,
  send: SendToBackend,
): Promise<OutcomeOf<'put-images'>> {
  let held: HeldEntry | undefined;
  try {
    const outcome = await parts.own.execute(command, {
      ...context,
      // The backend has the last word on overlaps: what it accepted goes in.
      intake: { ...context.intake, overlap: 'last-writer-wins' },
      beforeCommit: async (prepared) => {
        await context.beforeCommit?.(prepared);
        held = await parts.journal.lease(prepared.subject, prepared.generation);
        await makeReady(parts, held, prepared.subject, conduct, putsEverySlot(parts, command));
        const { generation } = await openOwn(parts, prepared.subject);
        await attempt(parts, held, intentOf(parts, command, prepared, generation), conduct, send);
        return 'goes in';
      },
    });
    await held?.write((entry) => finished(parts, entry, conduct));
    return outcome;
  } finally {
    await held?.release();
  }
}

/** Deletes on both sides; own keeps tombstones even for what it never had. Throws as `putBoth` does. */
export async function deleteBoth(
  parts: ReplicaParts,
  command: CommandOf<'delete-images'>,
  { owes }: CommandContext,
  { subject, generation }: OpenedSubject,
  conduct: Conduct,
  send: SendToBackend,
): Promise<OutcomeOf<'delete-images'>> {
  const held = await parts.journal.lease(subject, generation);
  try {
    await makeReady(parts, held, subject, conduct, false);
    const now = await openOwn(parts, subject);
    const intent: Intent = {
      kind: 'delete',
      id: parts.newId(),
      generation: now.generation,
      startedAtMs: parts.clock.nowMs(),
      slots: command.slots,
    };
    await attempt(parts, held, intent, conduct, send);
    await leaveTombstones(parts, subject, command.slots, Number.POSITIVE_INFINITY, owes);
    await held.write((entry) => finished(parts, entry, conduct));
    return { kind: 'images-deleted', subject, slots: command.slots };
  } finally {
    await held.release();
  }
}

/**
 * Finishes or gives up what was left unfinished, and copies a subject that was never written here. While others may still stream, nothing
 * may be sent again: the journal says first that own has to follow the backend, whatever comes of this write.
 */
async function makeReady(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: OpenedSubject['subject'],
  conduct: Conduct,
  replacesEverything: boolean,
): Promise<void> {
  if (conduct.recheck) await held.write((entry) => adoptLater(parts, entry));
  else if (!conduct.redo) await held.write(({ intent: _given, lookAgain: _up, ...entry }) => entry);
  else await resolveIntent(parts, held, subject, conduct);
  // A backend that has not heard of the newest picture yet would refuse to delete it.
  if (held.entry.owing && conduct.redo) await pushDebt(parts, held, subject);
  if (!replacesEverything) await copySubject(parts, subject);
}

function adoptLater(
  { clock, settleMs }: ReplicaParts,
  { intent: _given, ...entry }: JournalEntry,
): JournalEntry {
  return { ...entry, lookAgain: { atMs: clock.nowMs() + settleMs, how: 'adopt', slots: [], after: 0 } };
}

/** The one moment at which the backend is asked, with the intent in the journal. */
async function attempt(
  parts: ReplicaParts,
  held: HeldEntry,
  intent: Intent,
  conduct: Conduct,
  send: SendToBackend,
): Promise<void> {
  if (conduct.redo) await held.write((entry) => ({ ...entry, intent }));
  let reply: BackendReply;
  try {
    reply = await send();
  } catch (cause) {
    if (conduct.redo) await leaveUnsure(parts, held, intent);
    throw cause;
  }
  const verdict = verdictOf(reply);
  if (verdict === 'done') return;
  const problem = reply.outcome.kind === 'problem' ? reply.outcome.problem : { kind: 'internal' as const };
  if (verdict === 'unsure') {
    if (conduct.redo) await leaveUnsure(parts, held, intent);
  } else {
    await held.write(({ intent: _refused, ...entry }) => entry);
    await discardIntended(parts, intent);
  }
  throw new BackendRefusal(problem);
}

async function leaveUnsure(parts: ReplicaParts, held: HeldEntry, intent: Intent): Promise<void> {
  await held.write((entry) => ({
    ...entry,
    intent,
    lookAgain: unsureLook(parts, entry, slotsOf(intent), intent.generation),
  }));
}

function intentOf(
  { newId, clock }: ReplicaParts,
  command: CommandOf<'put-images'>,
  prepared: PreparedPut,
  generation: number,
): Intent {
  const images = prepared.images.map(({ slot, original }) => {
    const fileName = command.images.find((image) => image.slot === slot)?.upload.fileName;
    return { slot, original, ...(fileName === undefined ? {} : { fileName }) };
  });
  return { kind: 'put', id: newId(), generation, startedAtMs: clock.nowMs(), images };
}

function putsEverySlot({ backend }: ReplicaParts, { images }: CommandOf<'put-images'>): boolean {
  return new Set(images.map(({ slot }) => slot)).size >= backend.slots;
}

function finished(parts: ReplicaParts, entry: JournalEntry, { recheck }: Conduct): JournalEntry {
  if (recheck) return adoptLater(parts, entry);
  const { intent: _done, ...rest } = entry;
  return rest;
}
