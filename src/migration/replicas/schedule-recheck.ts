import { type Intent, type JournalEntry, type Recheck, slotsOf } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * When and at which slots to look again after a write that may or may not have taken effect. There is one
 * recheck for all such writes. `after`: the generation before the write.
 */
export function scheduleRecheck(
  { clock, settleMs }: Pick<ReplicaParts, 'clock' | 'settleMs'>,
  { recheck: before }: JournalEntry,
  slots: readonly number[],
  after: number,
): Recheck {
  return {
    ...before,
    atMs: clock.nowMs() + settleMs,
    how: before?.how ?? 'push',
    slots: [...new Set([...(before?.slots ?? []), ...slots])],
    after: Math.min(before?.after ?? after, after),
  };
}

/**
 * The recheck after a write that was given up, because the backend refused it when it was sent once more, or
 * because a newer one replaces it. The first attempt may have been carried out, or may still be.
 */
export function recheckGivenUp(
  parts: Pick<ReplicaParts, 'clock' | 'settleMs'>,
  entry: JournalEntry,
  intent: Intent,
): Recheck {
  const { generation, startedAtMs } = intent;
  const { givenUp = {}, sinceMs = startedAtMs } = entry.recheck ?? {};
  const slots = slotsOf(intent);
  const now = slots.map((slot) => [slot, Math.max(givenUp[slot] ?? 0, generation)] as const);
  return {
    ...scheduleRecheck(parts, entry, slots, generation),
    givenUp: { ...givenUp, ...Object.fromEntries(now) },
    sinceMs: Math.min(sinceMs, startedAtMs),
  };
}
