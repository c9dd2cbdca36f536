import { type Intent, type JournalEntry, type Recheck, slotsOf } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

type Times = Pick<ReplicaParts, 'clock' | 'settleMs'>;

/** A write that may or may not have taken effect. */
export interface UnsureWrite {
  readonly slots: readonly number[];
  /** The generation before it. */
  readonly generation: number;
  readonly startedAtMs: number;
}

/** Adds a write to the subject's recheck. A write that began while a recheck was waiting gets a look of its own. */
export function scheduleRecheck(
  { clock, settleMs }: Times,
  { recheck: before }: JournalEntry,
  { slots, generation, startedAtMs }: UnsureWrite,
): Recheck {
  const atMs = clock.nowMs() + settleMs;
  if (!before) return { atMs, sinceMs: startedAtMs, how: 'push', slots, after: generation };
  const { later } = before;
  return {
    ...before,
    slots: [...new Set([...before.slots, ...slots])],
    after: before.slots.length === 0 ? generation : Math.min(before.after, generation),
    later: { atMs, sinceMs: Math.min(later?.sinceMs ?? startedAtMs, startedAtMs) },
  };
}

/** What is left of a recheck that was made from `lookedAtMs` on: the look at later writes. */
export function recheckLeft({ later, ...made }: Recheck, lookedAtMs: number): Recheck | undefined {
  return later && later.atMs > lookedAtMs ? { ...made, ...later, how: 'push' } : undefined;
}

/**
 * The recheck after a write that was given up, because the backend refused it when it was sent once more, or
 * because a newer one replaces it. The first attempt may have been carried out, or may still be.
 */
export function recheckGivenUp(parts: Times, entry: JournalEntry, intent: Intent): Recheck {
  const { generation, startedAtMs } = intent;
  const slots = slotsOf(intent);
  const recheck = scheduleRecheck(parts, entry, { slots, generation, startedAtMs });
  return { ...recheck, givenUp: withGivenUp(recheck, slots, generation) };
}

/** The writes that were given up, with one more. */
export function withGivenUp(
  { givenUp = {} }: Pick<Recheck, 'givenUp'>,
  slots: readonly number[],
  generation: number,
): NonNullable<Recheck['givenUp']> {
  const now = slots.map((slot) => [slot, Math.max(givenUp[slot] ?? 0, generation)] as const);
  return { ...givenUp, ...Object.fromEntries(now) };
}

/**
 * Notes the generation at which the local store followed the backend in slots. No client wrote that, so a look at
 * later writes must not send it over what has arrived since.
 */
export function noteFollowed(
  entry: JournalEntry,
  slots: readonly number[],
  generation: number,
): JournalEntry {
  const { recheck } = entry;
  const given = slots.filter((slot) => recheck?.givenUp?.[slot] !== undefined);
  return recheck
    ? { ...entry, recheck: { ...recheck, givenUp: withGivenUp(recheck, given, generation) } }
    : entry;
}
