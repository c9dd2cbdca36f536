import { createHash } from 'node:crypto';
import { setTimeout as pauseInRealTime } from 'node:timers/promises';
import { createPersonQueue, type PersonQueue } from './person-queue.ts';
import {
  type Attended,
  type OpenRun,
  openListRun,
  type RunChunk,
  type RunHead,
  type RunPlace,
} from './run-records.ts';
import { type Settled, settle, valueOf } from './settled.ts';

/** People between two saved places. */
const PEOPLE_PER_CHUNK = 50;
/** After so many people in a row without a picture the run stops: the backend may not work as it should. */
const MAX_EMPTY_IN_A_ROW = 100;
/**
 * How often people who failed are tried again, and the pause before the first time, in milliseconds; it
 * doubles.
 */
const RETRIES = 5;
const FIRST_RETRY_MS = 1_000;
/** A run stops after so many chunks in a row in which no person got an answer. */
const MAX_SILENT_CHUNKS = 5;
const LONGEST_PAUSE_MS = 30_000;

/** Work on every person in a list. */
export interface ListRun<Outcome extends string> extends RunPlace {
  readonly nowMs: () => number;
  readonly ids: readonly string[];
  readonly concurrency: number;
  /** Begins anew instead of continuing an interrupted run. */
  readonly restart: boolean;
  /** An interrupted run that began before this moment is not continued. */
  readonly notBeforeMs: number;
  /** The same, by the stage: its revision now, and the oldest revision that counts. */
  readonly stage?: { readonly revision: number; readonly oldest: number };
  readonly signal: AbortSignal;
  /** The signal fires when the run ends early. A pause between two tries ends then. */
  readonly attend: (id: string, signal: AbortSignal) => Promise<Attended<Outcome>>;
  /** Outcomes that may change when they are tried again. */
  readonly retried: ReadonlySet<Outcome>;
  /** The outcome of people who have no picture at the backend. */
  readonly empty: Outcome;
  /** Continues after many people in a row without a picture. */
  readonly acceptsEmpty: boolean;
  readonly onProgress?: (done: number) => void;
  /** Default: in real time. */
  readonly pause?: Pause;
}

/** Waits. Ends at once, without rejecting, where the signal fires. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** Why a run ended before its list. */
export type ListRunStop = 'interrupted' | 'nobody has a picture' | 'no answer';

/** What a run came to. */
export interface ListRunResult<Outcome extends string> {
  readonly head: RunHead;
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  /** How many people an earlier, interrupted run had done. */
  readonly resumedAt: number;
  /**
   * Absent: the whole list was worked off. Otherwise the next run over the same list continues from there.
   */
  readonly stopped?: ListRunStop;
}

/** A run's report, flat: as a command prints it and a job keeps it. */
export type DescribedRun<Report extends object> = Pick<ListRunResult<string>, 'resumedAt' | 'stopped'> &
  Report & { readonly complete: boolean };

/** See `DescribedRun`. */
export function describeRun<Report extends object>({
  report,
  resumedAt,
  stopped,
}: Pick<ListRunResult<string>, 'resumedAt' | 'stopped'> & { readonly report: Report }): DescribedRun<Report> {
  return {
    complete: stopped === undefined,
    ...(stopped === undefined ? {} : { stopped }),
    resumedAt,
    ...report,
  };
}

/**
 * Works on each person in a list, several at once, and saves its place. A run continues where an interrupted
 * one over the same list stopped. People who failed are tried again at the end, with growing pauses. A run
 * that rejects starts no further person, and waits for those under way.
 */
export async function runOverList<Outcome extends string>(
  run: ListRun<Outcome>,
): Promise<ListRunResult<Outcome>> {
  const open = await openListRun(run, listDigest(run.ids));
  const queue = createPersonQueue(run);
  try {
    const chunks = Math.ceil(run.ids.length / PEOPLE_PER_CHUNK);
    const worked = await workThrough(run, open, chunks, queue);
    const { resumedAt, stopped = await retryFailed(run, open, chunks, queue) } = worked;
    const counts = await countOutcomes<Outcome>(open, chunks);
    const end = stopped ?? (run.signal.aborted ? 'interrupted' : undefined);
    return { head: open.head, counts, resumedAt, ...(end === undefined ? {} : { stopped: end }) };
  } finally {
    await queue.stop();
  }
}

async function workThrough<Outcome extends string>(
  run: ListRun<Outcome>,
  open: OpenRun,
  chunks: number,
  queue: PersonQueue<Outcome>,
): Promise<Pick<ListRunResult<Outcome>, 'stopped' | 'resumedAt'>> {
  const { signal } = run;
  let done = 0;
  let resumedAt = 0;
  const streak = watchEmptyStreak(run);
  let silentChunks = 0;
  let ahead: Promise<Settled<Chunk<Outcome>>> | undefined;

  for (let at = 0; at < chunks; at += 1) {
    if (signal.aborted) return { stopped: 'interrupted', resumedAt };
    const current = ahead ?? settle(attendChunk(run, open, queue, at));
    // The next chunk starts while this chunk's last people are under way, so a slow person does not delay it.
    // It does not start early while the backend gives no answers or no pictures.
    const isTrusted = silentChunks === 0 && (!streak.hasBegun() || run.acceptsEmpty);
    ahead = isTrusted && at + 1 < chunks ? settle(attendChunk(run, open, queue, at + 1)) : undefined;
    const { people, isSaved } = valueOf(await current);
    if (isSaved) resumedAt += people.length;
    // A chunk that was interrupted begins again.
    else if (signal.aborted) return { stopped: 'interrupted', resumedAt };
    else await open.save(at, people);
    done += people.length;
    run.onProgress?.(done);
    if (streak.isTooLong(people)) return { stopped: 'nobody has a picture', resumedAt };
    if (isSaved) continue;
    silentChunks = people.every(({ outcome }) => run.retried.has(outcome)) ? silentChunks + 1 : 0;
    if (silentChunks >= MAX_SILENT_CHUNKS) return { stopped: 'no answer', resumedAt };
    if (silentChunks > 0) await queue.pauseDuring(() => pauseFor(run, FIRST_RETRY_MS * 2 ** silentChunks));
  }
  return { resumedAt };
}

/** Counts people without a picture in a row, in the order of the list. */
function watchEmptyStreak<Outcome extends string>({ ids, empty, acceptsEmpty }: ListRun<Outcome>) {
  let inARow = 0;
  return {
    hasBegun: () => inARow > 0,
    /** Whether the run has to stop after these people, the next ones of the list. */
    isTooLong(people: RunChunk<Outcome>): boolean {
      for (const { outcome } of people) inARow = outcome === empty ? inARow + 1 : 0;
      return inARow >= Math.min(MAX_EMPTY_IN_A_ROW, ids.length) && ids.length > 1 && !acceptsEmpty;
    },
  };
}

interface Chunk<Outcome extends string> {
  readonly people: RunChunk<Outcome>;
  /** By an earlier, interrupted run. */
  readonly isSaved: boolean;
}

async function attendChunk<Outcome extends string>(
  { ids }: ListRun<Outcome>,
  open: OpenRun,
  queue: PersonQueue<Outcome>,
  at: number,
): Promise<Chunk<Outcome>> {
  const saved = await open.read<Outcome>(at);
  if (saved) return { people: saved, isSaved: true };
  const people = await queue.attend(ids.slice(at * PEOPLE_PER_CHUNK, (at + 1) * PEOPLE_PER_CHUNK));
  return { people, isSaved: false };
}

async function countOutcomes<Outcome extends string>(
  open: OpenRun,
  chunks: number,
): Promise<Partial<Record<Outcome, number>>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (let at = 0; at < chunks; at += 1) {
    for (const { outcome } of (await open.read<Outcome>(at)) ?? [])
      counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** SHA-256 over a list's ids, in order. */
export function listDigest(ids: readonly string[]): string {
  const hash = createHash('sha256');
  for (const id of ids) hash.update(`${id}\n`);
  return hash.digest('hex');
}

/**
 * Tries those who failed again, with growing pauses, until there are none left or the tries are used up. The
 * backend may have lost its people meanwhile, so too many people in a row without a picture stop these tries as well.
 */
async function retryFailed<Outcome extends string>(
  run: ListRun<Outcome>,
  open: OpenRun,
  chunks: number,
  queue: PersonQueue<Outcome>,
): Promise<ListRunStop | undefined> {
  for (let attempt = 0; attempt < RETRIES; attempt += 1) {
    const left = await retryOnce(run, open, chunks, queue, FIRST_RETRY_MS * 2 ** attempt);
    if (left === 'too many empty') return 'nobody has a picture';
    if (left === 'none') return undefined;
  }
  return undefined;
}

/** Tries those who failed once more. `none`: there are none left, or there is no time. */
async function retryOnce<Outcome extends string>(
  run: ListRun<Outcome>,
  open: OpenRun,
  chunks: number,
  queue: PersonQueue<Outcome>,
  pauseMs: number,
): Promise<'some' | 'none' | 'too many empty'> {
  const streak = watchEmptyStreak(run);
  let isPaused = false;
  let isLeft = false;
  for (let at = 0; at < chunks; at += 1) {
    const people: RunChunk<Outcome> = (await open.read<Outcome>(at)) ?? [];
    const failed = people.flatMap(({ outcome }, place) => (run.retried.has(outcome) ? [place] : []));
    if (failed.length === 0) {
      if (streak.isTooLong(people)) return 'too many empty';
      continue;
    }
    if (!isPaused) await pauseFor(run, pauseMs);
    isPaused = true;
    if (run.signal.aborted) return 'none';
    const again = await queue.attend(failed.map((place) => run.ids[at * PEOPLE_PER_CHUNK + place] ?? ''));
    const after = [...people];
    for (const [index, place] of failed.entries()) {
      const one = again[index];
      if (one) after[place] = one;
    }
    if (run.signal.aborted) return 'none';
    await open.save(at, after);
    if (streak.isTooLong(after)) return 'too many empty';
    isLeft ||= after.some(({ outcome }) => run.retried.has(outcome));
  }
  return isLeft ? 'some' : 'none';
}

function pauseFor({ pause = realPause, signal }: Pick<ListRun<string>, 'pause' | 'signal'>, ms: number) {
  return pause(Math.min(ms, LONGEST_PAUSE_MS), signal);
}

/** See `Pause`. */
export async function realPause(ms: number, signal: AbortSignal): Promise<void> {
  await pauseInRealTime(ms, undefined, { signal }).catch(() => undefined);
}
