import { requireWritable } from '../../core/follow-merge.ts';
import type { PreparedImages } from '../../core/prepare-images.ts';
import {
  type CommandContext,
  type CommandOf,
  type OpenedSubject,
  type OutcomeOf,
  ProblemError,
} from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import { type Intent, type JournalEntry, slotsOf, withoutWork } from '../journal/journal-entry.ts';
import { knownReached, type WritePolicy } from '../stages/write-policy.ts';
import { type BackendReply, verdictOf } from './backend.ts';
import { copySubject } from './copy-subject.ts';
import { leaveTombstones, openLocal } from './local-record.ts';
import { pushPending } from './push-state.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { discardIntended, replaceIntent, resolveIntent } from './resolve-intent.ts';
import { scheduleRecheck } from './schedule-recheck.ts';
import { touchBefore } from './touch-before.ts';

/** Sends the write to the backend, in the form that the client's request asks for. */
export type SendToBackend = () => Promise<BackendReply>;

/** Notes in the journals of other backends that a write to the subject has to reach them. */
type TouchOthers = (opened: OpenedSubject) => Promise<void>;

/** The backend refused the write. Its answer goes to the client. */
export class BackendRefusal extends ProblemError {}

/**
 * Puts on both sides, in the order of docs/decisions/0901: prepare, lease, settle what is unfinished, write
 * the intent, send, commit, clear the intent. Throws `BackendRefusal` where the backend refuses; then nothing
 * has changed. Any other error after the backend was asked leaves the intent to the reconciler. A merge
 * before the request to the backend is thrown as `MergedAwayError`: nothing was sent yet, and the put begins
 * again with the survivor. A merge after the backend's answer is followed here.
 */
export async function putBoth(
  parts: ReplicaParts,
  command: CommandOf<'put-images'>,
  context: CommandContext,
  { subject, ...opened }: OpenedSubject,
  policy: WritePolicy,
  touchOthers: TouchOthers,
  send: SendToBackend,
): Promise<OutcomeOf<'put-images'>> {
  // The backend decides about overlapping writes: what it accepted is committed.
  const intake = { ...context.intake, overlap: 'last-writer-wins' as const };
  const prepared = await parts.local.prepareImages(command, {
    ...context,
    intake,
    opened: { subject, ...opened },
  });
  let held: HeldEntry | undefined;
  let isBegun = false;
  try {
    await touchOthers({ subject, ...opened });
    held = await parts.journal.lease(subject, knownReached(policy, opened.generation));
    const written = command.images.map(({ slot }) => slot);
    await settleUnfinished(parts, held, subject, policy, written, putsEverySlot(parts, command));
    const { generation, snapshot } = await openLocal(parts, subject);
    if (snapshot.record) requireWritable(snapshot.record);
    const intent = putIntent(parts, prepared, generation);
    isBegun = true;
    await writeIntent(held, intent, policy);
    await sendIntent(parts, held, intent, policy, send);
    const outcome = await commitAccepted(parts, command, context, prepared, policy, touchOthers);
    await clearIntent(parts, held, policy);
    return outcome;
  } catch (cause) {
    if (!isBegun) parts.local.discardPrepared(prepared);
    throw cause;
  } finally {
    await held?.release();
  }
}

/**
 * Deletes on both sides. The local store keeps tombstones even for pictures that it never had. Throws like
 * `putBoth`.
 */
export async function deleteBoth(
  parts: ReplicaParts,
  command: CommandOf<'delete-images'>,
  { pendingReplicas }: CommandContext,
  { subject, generation }: OpenedSubject,
  policy: WritePolicy,
  send: SendToBackend,
): Promise<OutcomeOf<'delete-images'>> {
  const held = await parts.journal.lease(subject, knownReached(policy, generation));
  try {
    await settleUnfinished(parts, held, subject, policy, command.slots, false);
    const now = await openLocal(parts, subject);
    if (now.snapshot.record) requireWritable(now.snapshot.record);
    const intent: Intent = {
      kind: 'delete',
      id: parts.newId(),
      generation: now.generation,
      startedAtMs: parts.clock.nowMs(),
      slots: command.slots,
    };
    await writeIntent(held, intent, policy);
    await sendIntent(parts, held, intent, policy, send);
    await parts.local.retryWithSurvivor(now, async (at) => {
      const pending = at === now ? pendingReplicas : await touchSurvivor(parts, at, policy, pendingReplicas);
      await leaveTombstones(parts, at.subject, command.slots, Number.POSITIVE_INFINITY, pending);
    });
    await clearIntent(parts, held, policy);
    return { kind: 'images-deleted', subject, slots: command.slots };
  } finally {
    await held.release();
  }
}

/**
 * Commits what the backend accepted. After a merge in between, the picture goes to the survivor, whose own id
 * at the backend gets it later.
 */
function commitAccepted(
  parts: ReplicaParts,
  command: CommandOf<'put-images'>,
  context: CommandContext,
  prepared: PreparedImages,
  policy: WritePolicy,
  touchOthers: TouchOthers,
): Promise<OutcomeOf<'put-images'>> {
  const { onlyIf: _met, ...put } = command;
  return parts.local.retryWithSurvivor(prepared.opened, async (at) => {
    if (at === prepared.opened) return parts.local.commitImages(prepared, { accepted: true });
    await touchOthers(at);
    const pendingReplicas = await touchSurvivor(parts, at, policy, context.pendingReplicas);
    const { context: accepted } = prepared;
    const again = await parts.local.prepareImages(put, { ...accepted, pendingReplicas, opened: at });
    const outcome = await parts.local.commitImages(again, { accepted: true });
    parts.local.discardPrepared(prepared);
    return outcome;
  });
}

/**
 * Notes in the journal that a replication of the survivor will be pending, and gives the names of all
 * replicas that will be pending.
 */
async function touchSurvivor(
  parts: ReplicaParts,
  survivor: OpenedSubject,
  policy: WritePolicy,
  pendingReplicas: readonly string[] = [],
): Promise<readonly string[]> {
  await touchBefore(parts, policy, survivor);
  return [...new Set([...pendingReplicas, parts.replica])];
}

/**
 * Finishes or gives up what was left unfinished, and copies a subject that was never written here. An
 * unfinished write whose slots are all `written` now is replaced: a backend that gives no clear answer to its
 * picture must not keep the person from sending another. While other gateways may still stream, nothing may
 * be sent again. The journal then says first that the local store has to follow the backend, whether or not
 * this write succeeds.
 */
async function settleUnfinished(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: OpenedSubject['subject'],
  policy: WritePolicy,
  written: readonly number[],
  replacesEverything: boolean,
): Promise<void> {
  if (policy.recheck) await held.write((entry) => resyncLater(parts, entry));
  else if (!policy.redo) await held.write(withoutWork);
  else if (isReplacedBy(held.entry.intent, written)) await replaceIntent(parts, held, held.entry.intent);
  else await resolveIntent(parts, held, subject);
  // A backend that does not have the newest picture yet would refuse to delete it.
  if (held.entry.mayBePending && policy.redo) await pushPending(parts, held, subject, policy);
  if (!replacesEverything) await copySubject(parts, subject);
}

/** A delete is sent once more: that it finds nothing to delete settles it. */
function isReplacedBy(intent: Intent | undefined, written: readonly number[]): intent is Intent {
  return intent?.kind === 'put' && slotsOf(intent).every((slot) => written.includes(slot));
}

function resyncLater(
  { clock, settleMs }: ReplicaParts,
  { intent: _given, ...entry }: JournalEntry,
): JournalEntry {
  const nowMs = clock.nowMs();
  return {
    ...entry,
    recheck: { atMs: nowMs + settleMs, sinceMs: nowMs, how: 'resync', slots: [], after: 0 },
  };
}

/** Notes the write in the journal, where the next process that works on the subject finishes it. */
async function writeIntent(held: HeldEntry, intent: Intent, { redo }: WritePolicy): Promise<void> {
  if (redo) await held.write((entry) => ({ ...entry, intent }));
  else await held.renew();
}

/** Sends the client's own write. Throws where the backend did not accept it. */
async function sendIntent(
  parts: ReplicaParts,
  held: HeldEntry,
  intent: Intent,
  policy: WritePolicy,
  send: SendToBackend,
): Promise<void> {
  let reply: BackendReply;
  try {
    reply = await send();
  } catch (cause) {
    if (wasNeverSent(cause)) await dropIntent(parts, held, intent);
    else if (policy.redo) await leaveUnsure(parts, held, intent);
    throw cause;
  }
  const verdict = verdictOf(reply);
  if (verdict === 'done') return;
  const problem = reply.outcome.kind === 'problem' ? reply.outcome.problem : { kind: 'internal' as const };
  if (verdict === 'unsure') {
    if (policy.redo) await leaveUnsure(parts, held, intent);
  } else await dropIntent(parts, held, intent);
  throw new BackendRefusal(problem);
}

/** Whether the write failed before it went out, e.g. because it cannot be said in the backend's dialect. */
function wasNeverSent(cause: unknown): boolean {
  if (!(cause instanceof ProblemError)) return false;
  return verdictOf({ outcome: { kind: 'problem', problem: cause.problem }, losses: [] }) !== 'unsure';
}

/** The backend has nothing of the write. */
async function dropIntent(parts: ReplicaParts, held: HeldEntry, intent: Intent): Promise<void> {
  await held.write(({ intent: _dropped, ...entry }) => entry);
  await discardIntended(parts, intent);
}

async function leaveUnsure(parts: ReplicaParts, held: HeldEntry, intent: Intent): Promise<void> {
  await held.write((entry) => ({
    ...entry,
    intent,
    recheck: scheduleRecheck(parts, entry, { ...intent, slots: slotsOf(intent) }),
  }));
}

function putIntent({ newId, clock }: ReplicaParts, prepared: PreparedImages, generation: number): Intent {
  const images = prepared.images.map(({ put: { slot, upload }, content: { original } }) => {
    const { fileName } = upload;
    return { slot, original, ...(fileName === undefined ? {} : { fileName }) };
  });
  return { kind: 'put', id: newId(), generation, startedAtMs: clock.nowMs(), images };
}

function putsEverySlot({ backend }: ReplicaParts, { images }: CommandOf<'put-images'>): boolean {
  return new Set(images.map(({ slot }) => slot)).size >= backend.slots;
}

/** Clears the intent: both sides have the write. */
async function clearIntent(parts: ReplicaParts, held: HeldEntry, { recheck }: WritePolicy): Promise<void> {
  if (recheck) await held.write((entry) => resyncLater(parts, entry));
  else await held.write(({ intent: _done, ...entry }) => entry);
}
