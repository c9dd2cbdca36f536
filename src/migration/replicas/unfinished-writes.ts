import { setTimeout as pause } from 'node:timers/promises';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { JournalEntry, Recheck } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

const POLL_MS = 50;
/** By how much the clocks of gateways may differ, in milliseconds. */
const CLOCK_ROOM_MS = 5_000;

type UnfinishedParts = Pick<ReplicaParts, 'journal' | 'records' | 'replica' | 'clock' | 'settleMs'>;

/** A person with unfinished work at the backend. */
export interface UnfinishedPerson {
  readonly subjectKey: string;
  readonly subjectId: string;
  /** An unfinished write, a write to look at again, or a write that has not reached the backend. */
  readonly what: readonly ('intent' | 'recheck' | 'pending replication')[];
  /** Why the last try failed. */
  readonly reason?: string;
}

/** Which people to look at, and up to which moment. */
export interface UnfinishedScope {
  /** Only writes that began before; default: all. */
  readonly beganBeforeMs?: number;
  /** Default: every person. */
  readonly concerns?: (subjectKey: string) => boolean;
}

/** The people with unfinished work, in order of their keys. */
export async function* listUnfinished(
  parts: UnfinishedParts,
  { beganBeforeMs, concerns }: UnfinishedScope = {},
): AsyncGenerator<UnfinishedPerson> {
  const untilMs = beganBeforeMs === undefined ? Number.POSITIVE_INFINITY : beganBeforeMs + CLOCK_ROOM_MS;
  for await (const entry of parts.journal.entries()) {
    const { subjectKey, subjectId, lastFailure } = entry;
    if (concerns && !concerns(subjectKey)) continue;
    const what = await unfinishedIn(parts, entry, untilMs);
    if (what.length === 0) continue;
    yield { subjectKey, subjectId, what, ...(lastFailure === undefined ? {} : { reason: lastFailure }) };
  }
}

async function unfinishedIn(
  { records, replica, settleMs }: UnfinishedParts,
  { subjectKey, intent, recheck, mayBePending }: JournalEntry,
  untilMs: number,
): Promise<UnfinishedPerson['what']> {
  const record = mayBePending ? (await readSubjectRecord(records, subjectKey)).record : undefined;
  const pending = record?.pendingReplicas?.[replica];
  return [
    ...(intent && intent.startedAtMs <= untilMs ? (['intent'] as const) : []),
    ...(recheck && beganAt(recheck, settleMs) <= untilMs ? (['recheck'] as const) : []),
    ...(pending && pending.sinceMs <= untilMs ? (['pending replication'] as const) : []),
  ];
}

/** When the first write began that a recheck is about. */
function beganAt({ sinceMs, later, atMs }: Recheck, settleMs: number): number {
  return Math.min(sinceMs ?? atMs - settleMs, later?.sinceMs ?? Number.POSITIVE_INFINITY);
}

/** Whether no person within the scope has unfinished work. */
export async function isDrained(parts: UnfinishedParts, scope: UnfinishedScope = {}): Promise<boolean> {
  for await (const _ of listUnfinished(parts, scope)) return false;
  return true;
}

/**
 * Waits until the work that is unfinished now has been finished, but not for work that begins later. `false`
 * when time is up first.
 */
export async function awaitDrained(
  parts: UnfinishedParts,
  timeoutMs: number,
  concerns?: (subjectKey: string) => boolean,
): Promise<boolean> {
  const beganBeforeMs = parts.clock.nowMs();
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    if (await isDrained(parts, { beganBeforeMs, ...(concerns ? { concerns } : {}) })) return true;
    if (waitedMs >= timeoutMs) return false;
    await pause(POLL_MS);
  }
}
