import { createHash } from 'node:crypto';
import { setTimeout as pauseInRealTime } from 'node:timers/promises';
import PQueue from 'p-queue';
import {
  type Attended,
  type OpenRun,
  openListRun,
  type RunChunk,
  type RunHead,
  type RunPlace,
} from './run-records.ts';

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
  readonly attend: (id: string) => Promise<Attended<Outcome>>;
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

/**
 * Works on each person in a list, several at once, and saves its place. A run continues where an interrupted
 * one over the same list stopped. People who failed are tried again at the end, with growing pauses.
 */
export async function runOverList<Outcome extends string>(
  run: ListRun<Outcome>,
): Promise<ListRunResult<Outcome>> {
  const { ids, signal } = run;
  const open = await openListRun(run, listDigest(ids));
  const chunks = Math.ceil(ids.length / PEOPLE_PER_CHUNK);
  let done = 0;
  let resumedAt = 0;
  let inARow = 0;
  let silentChunks = 0;

  const result = async (stopped?: ListRunStop): Promise<ListRunResult<Outcome>> => {
    const counts: Partial<Record<Outcome, number>> = {};
    for (let at = 0; at < chunks; at += 1) {
      for (const { outcome } of (await open.read<Outcome>(at)) ?? [])
        counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return { head: open.head, counts, resumedAt, ...(stopped === undefined ? {} : { stopped }) };
  };

  for await (const { at, people, isSaved } of attendInChunks(run, open, chunks)) {
    if (isSaved) resumedAt += people.length;
    // A chunk that was interrupted begins again.
    else if (signal.aborted) return result('interrupted');
    else await open.save(at, people);
    done += people.length;
    run.onProgress?.(done);
    for (const { outcome } of people) inARow = outcome === run.empty ? inARow + 1 : 0;
    if (inARow >= Math.min(MAX_EMPTY_IN_A_ROW, ids.length) && ids.length > 1 && !run.acceptsEmpty) {
      return result('nobody has a picture');
    }
    if (isSaved) continue;
    silentChunks = people.every(({ outcome }) => run.retried.has(outcome)) ? silentChunks + 1 : 0;
    if (silentChunks >= MAX_SILENT_CHUNKS) return result('no answer');
    if (silentChunks > 0) await pauseFor(run, FIRST_RETRY_MS * 2 ** silentChunks);
  }
  if (signal.aborted) return result('interrupted');
  for (let attempt = 0; attempt < RETRIES; attempt += 1) {
    if (!(await retryOnce(run, open, chunks, FIRST_RETRY_MS * 2 ** attempt))) break;
  }
  return signal.aborted ? result('interrupted') : result();
}

/** SHA-256 over a list's ids, in order. */
export function listDigest(ids: readonly string[]): string {
  const hash = createHash('sha256');
  for (const id of ids) hash.update(`${id}\n`);
  return hash.digest('hex');
}

/** Tries those who failed once more; `false` where there are none left, or no time. */
async function retryOnce<Outcome extends string>(
  run: ListRun<Outcome>,
  open: OpenRun,
  chunks: number,
  pauseMs: number,
): Promise<boolean> {
  let isPaused = false;
  let isLeft = false;
  for (let at = 0; at < chunks; at += 1) {
    const people: RunChunk<Outcome> = (await open.read<Outcome>(at)) ?? [];
    const failed = people.flatMap(({ outcome }, place) => (run.retried.has(outcome) ? [place] : []));
    if (failed.length === 0) continue;
    if (!isPaused) await pauseFor(run, pauseMs);
    isPaused = true;
    if (run.signal.aborted) return false;
    const again = await attendAll(
      run,
      new PQueue({ concurrency: run.concurrency }),
      failed.map((place) => run.ids[at * PEOPLE_PER_CHUNK + place] ?? ''),
    );
    const after = [...people];
    for (const [index, place] of failed.entries()) {
      const one = again[index];
      if (one) after[place] = one;
    }
    if (run.signal.aborted) return false;
    await open.save(at, after);
    isLeft ||= after.some(({ outcome }) => run.retried.has(outcome));
  }
  return isLeft;
}

/**
 * The chunks of a list in their order, each with what became of its people. The people of the next chunk are
 * begun while the last ones of a chunk are still under way, so that nobody waits for a slow person. Ends early
 * where the signal fires.
 */
async function* attendInChunks<Outcome extends string>(
  run: ListRun<Outcome>,
  open: OpenRun,
  chunks: number,
): AsyncGenerator<{ readonly at: number; readonly people: RunChunk<Outcome>; readonly isSaved: boolean }> {
  const queue = new PQueue({ concurrency: run.concurrency });
  const over = new AbortController();
  const signal = AbortSignal.any([run.signal, over.signal]);

  async function begin(at: number) {
    const saved = at < chunks ? await open.read<Outcome>(at) : [];
    const batch = run.ids.slice(at * PEOPLE_PER_CHUNK, (at + 1) * PEOPLE_PER_CHUNK);
    return {
      at,
      isSaved: saved !== undefined,
      people: saved ?? (await attendAll({ ...run, signal }, queue, batch)),
    };
  }

  let [current, next] = [settle(begin(0)), settle(begin(1))];
  try {
    for (let at = 0; at < chunks && !run.signal.aborted; at += 1) {
      yield unwrap(await current);
      [current, next] = [next, settle(begin(at + 2))];
    }
  } finally {
    over.abort();
    await Promise.all([current, next]);
  }
}

/**
 * Attends to people in turn. People who are not begun when the signal fires are left out. Rejects only after
 * everybody who was begun is done.
 */
async function attendAll<Outcome extends string>(
  { attend, signal }: Pick<ListRun<Outcome>, 'attend' | 'signal'>,
  queue: PQueue,
  ids: readonly string[],
): Promise<Attended<Outcome>[]> {
  const attended = await Promise.allSettled(
    ids.map((id) => queue.add(() => (signal.aborted ? undefined : attend(id)))),
  );
  return attended.map(unwrap).filter((one): one is Attended<Outcome> => one !== undefined);
}

/** Keeps a rejection until somebody asks for the value. */
async function settle<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

function unwrap<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function pauseFor({ pause = realPause, signal }: Pick<ListRun<string>, 'pause' | 'signal'>, ms: number) {
  return pause(Math.min(ms, LONGEST_PAUSE_MS), signal);
}

/** See `Pause`. */
export async function realPause(ms: number, signal: AbortSignal): Promise<void> {
  await pauseInRealTime(ms, undefined, { signal }).catch(() => undefined);
}
