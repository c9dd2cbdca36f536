import type { Subject } from '../../domain/index.ts';
import type { HeldEntry } from '../journal/journal.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { Conduct } from '../stages/conduct.ts';
import { adoptBackend } from './adopt-backend.ts';
import { pushAgain, pushDebt } from './push-state.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { resolveIntent } from './resolve-intent.ts';

/** First pause after a failure, in milliseconds; doubles each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Does what is due for one subject: the unfinished write, the second look, the debt. Idempotent; a failure is noted and tried again after a
 * growing pause. `'busy'`: somebody else has the lease.
 */
export async function reconcileEntry(
  parts: ReplicaParts,
  entry: JournalEntry,
  subject: Subject,
  conduct: Conduct,
): Promise<'done' | 'failed' | 'busy'> {
  let held: HeldEntry;
  try {
    held = await parts.journal.lease(subject, entry.reached, { waitMs: 0 });
  } catch {
    return 'busy';
  }
  try {
    await finish(parts, held, subject, conduct);
    if (held.entry.attempts > 0) {
      await held.write(({ lastFailure: _over, ...rest }) => ({ ...rest, attempts: 0, notBeforeMs: 0 }));
    }
    return 'done';
  } catch (cause) {
    parts.warn(`subject ${subject.key} could not be brought in step`, cause);
    await held.write((before) => ({
      ...before,
      attempts: before.attempts + 1,
      notBeforeMs: parts.clock.nowMs() + pauseAfter(before.attempts),
      lastFailure: reasonOf(cause),
    }));
    return 'failed';
  } finally {
    await held.release();
  }
}

async function finish(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  conduct: Conduct,
): Promise<void> {
  if (conduct.recheck) return;
  if (conduct.write === 'stream' || !conduct.redo) {
    // Own is not fed any more: the backend is the truth, whatever was left unfinished.
    await held.write(({ intent: _given, lookAgain: _up, owing: _too, ...entry }) => entry);
    return;
  }
  await resolveIntent(parts, held, subject, conduct);
  if (held.entry.owing || held.entry.fillers) await pushDebt(parts, held, subject);
  await lookAgain(parts, held, subject, conduct);
}

async function lookAgain(
  parts: ReplicaParts,
  held: HeldEntry,
  subject: Subject,
  { read }: Conduct,
): Promise<void> {
  const look = held.entry.lookAgain;
  if (!look || look.atMs > parts.clock.nowMs()) return;
  // Own is followed by the backend from the moment on at which readers get own.
  if (look.how === 'push' || read === 'own') await pushAgain(parts, held, subject, look);
  else if ((await adoptBackend(parts, subject)) === 'written meanwhile') return;
  await held.write((entry) => {
    if (entry.lookAgain?.atMs !== look.atMs) return entry;
    const { lookAgain: _done, ...rest } = entry;
    return rest;
  });
}

function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 200) : 'unknown';
}
