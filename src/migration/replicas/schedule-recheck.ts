import type { JournalEntry, Recheck } from '../journal/journal-entry.ts';
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
    atMs: clock.nowMs() + settleMs,
    how: before?.how ?? 'push',
    slots: [...new Set([...(before?.slots ?? []), ...slots])],
    after: Math.min(before?.after ?? after, after),
  };
}
