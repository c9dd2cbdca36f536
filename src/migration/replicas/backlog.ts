import { readSubjectRecord } from '../../core/subject-records.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** What is still to be done before both sides are equal. */
export interface Backlog {
  readonly intents: number;
  readonly secondLooks: number;
  readonly debts: number;
  /** Since when the oldest of it waits; absent when there is none. */
  readonly oldestSinceMs?: number;
  /** Subjects whose last try failed, with the reason; at most 20. */
  readonly failing: readonly { readonly subjectId: string; readonly reason: string }[];
}

type BacklogParts = Pick<ReplicaParts, 'journal' | 'records' | 'replica'>;

/** Counts the journal's unfinished business, debts by the subjects' records. */
export async function readBacklog(parts: BacklogParts): Promise<Backlog> {
  let intents = 0;
  let secondLooks = 0;
  let debts = 0;
  let oldestSinceMs: number | undefined;
  const failing: { subjectId: string; reason: string }[] = [];
  for await (const entry of parts.journal.entries()) {
    const debtSinceMs = await debtSince(parts, entry);
    if (entry.intent) intents += 1;
    if (entry.lookAgain) secondLooks += 1;
    if (debtSinceMs !== undefined) debts += 1;
    if (entry.lastFailure !== undefined && failing.length < 20) {
      failing.push({ subjectId: entry.subjectId, reason: entry.lastFailure });
    }
    for (const sinceMs of [entry.intent?.startedAtMs, debtSinceMs]) {
      if (sinceMs !== undefined) oldestSinceMs = Math.min(oldestSinceMs ?? sinceMs, sinceMs);
    }
  }
  return {
    intents,
    secondLooks,
    debts,
    ...(oldestSinceMs === undefined ? {} : { oldestSinceMs }),
    failing,
  };
}

async function debtSince(
  { records, replica }: BacklogParts,
  { owing, subjectKey }: JournalEntry,
): Promise<number | undefined> {
  if (!owing) return undefined;
  const { record } = await readSubjectRecord(records, subjectKey);
  return record?.owes?.[replica]?.sinceMs;
}
