import type { JournalEntry, SecondLook } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/**
 * When and at which slots to look again after a write of which nobody knows whether it took effect; one look for all such writes.
 * `after`: the generation before the write.
 */
export function unsureLook(
  { clock, settleMs }: Pick<ReplicaParts, 'clock' | 'settleMs'>,
  { lookAgain: before }: JournalEntry,
  slots: readonly number[],
  after: number,
): SecondLook {
  return {
    atMs: clock.nowMs() + settleMs,
    how: before?.how ?? 'push',
    slots: [...new Set([...(before?.slots ?? []), ...slots])],
    after: Math.min(before?.after ?? after, after),
  };
}
