import { readSubjectRecord } from '../../core/subject-records.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** The work that remains before both sides are equal. */
export interface Backlog {
  readonly intents: number;
  /** Writes without an answer that have to be checked again. */
  readonly rechecks: number;
  /** Subjects whose newest pictures have not reached the backend yet. */
  readonly pendingReplications: number;
  /** Since when the oldest of this work waits; absent where there is none. */
  readonly oldestSinceMs?: number;
  /** Subjects whose last try failed, with the reason; at most 20. */
  readonly failing: readonly { readonly subjectId: string; readonly reason: string }[];
}

type BacklogParts = Pick<ReplicaParts, 'journal' | 'records' | 'replica'>;

/** Counts the journal's unfinished work. Pending replications are counted by the subjects' records. */
export async function readBacklog(
  parts: BacklogParts,
  concerns: (subjectKey: string) => boolean = () => true,
): Promise<Backlog> {
  let intents = 0;
  let rechecks = 0;
  let pendingReplications = 0;
  let oldestSinceMs: number | undefined;
  const failing: { subjectId: string; reason: string }[] = [];
  for await (const entry of parts.journal.entries()) {
    if (!concerns(entry.subjectKey)) continue;
    const pendingSinceMs = await readPendingSince(parts, entry);
    if (entry.intent) intents += 1;
    if (entry.recheck) rechecks += 1;
    if (pendingSinceMs !== undefined) pendingReplications += 1;
    if (entry.lastFailure !== undefined && failing.length < 20) {
      failing.push({ subjectId: entry.subjectId, reason: entry.lastFailure });
    }
    for (const sinceMs of [entry.intent?.startedAtMs, pendingSinceMs]) {
      if (sinceMs !== undefined) oldestSinceMs = Math.min(oldestSinceMs ?? sinceMs, sinceMs);
    }
  }
  return {
    intents,
    rechecks,
    pendingReplications,
    ...(oldestSinceMs === undefined ? {} : { oldestSinceMs }),
    failing,
  };
}

async function readPendingSince(
  { records, replica }: BacklogParts,
  { mayBePending, subjectKey }: JournalEntry,
): Promise<number | undefined> {
  if (!mayBePending) return undefined;
  const { record } = await readSubjectRecord(records, subjectKey);
  return record?.pendingReplicas?.[replica]?.sinceMs;
}
