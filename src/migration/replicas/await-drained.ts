import { setTimeout as pause } from 'node:timers/promises';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { ReplicaParts } from './replica-parts.ts';

const POLL_MS = 50;

type DrainParts = Pick<ReplicaParts, 'journal' | 'records' | 'replica'>;

/** Something unfinished, recognisable until it is done. */
interface Outstanding {
  readonly subjectKey: string;
  readonly intentId?: string;
  readonly lookAtMs?: number;
  readonly debt?: number;
}

/**
 * Waits until everything that is unfinished now has been finished; what begins meanwhile is not waited for, so it works under load.
 * `false` when time is up first.
 */
export async function awaitDrained(parts: DrainParts, timeoutMs: number): Promise<boolean> {
  let left: Outstanding[] = [];
  for await (const entry of parts.journal.entries()) left.push(...(await outstandingIn(parts, entry)));
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const still: Outstanding[] = [];
    for (const one of left) if (!(await isFinished(parts, one))) still.push(one);
    left = still;
    if (left.length === 0) return true;
    if (waitedMs >= timeoutMs) return false;
    await pause(POLL_MS);
  }
}

async function outstandingIn(
  { records, replica }: DrainParts,
  { subjectKey, intent, lookAgain, owing }: JournalEntry,
): Promise<Outstanding[]> {
  const debt = owing ? (await readSubjectRecord(records, subjectKey)).record?.owes?.[replica] : undefined;
  if (!intent && !lookAgain && !debt) return [];
  return [
    {
      subjectKey,
      ...(intent ? { intentId: intent.id } : {}),
      ...(lookAgain ? { lookAtMs: lookAgain.atMs } : {}),
      ...(debt ? { debt: debt.generation } : {}),
    },
  ];
}

async function isFinished({ journal, records, replica }: DrainParts, one: Outstanding): Promise<boolean> {
  const entry = await journal.read(one.subjectKey);
  if (!entry) return true;
  if (one.intentId !== undefined && entry.intent?.id === one.intentId) return false;
  if (one.lookAtMs !== undefined && entry.lookAgain?.atMs === one.lookAtMs) return false;
  if (one.debt === undefined || entry.reached >= one.debt) return true;
  const { record } = await readSubjectRecord(records, one.subjectKey);
  return record?.owes?.[replica] === undefined;
}
