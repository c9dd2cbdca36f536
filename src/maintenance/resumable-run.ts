import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** One walk over the store. */
export interface ResumableRun<Report extends Json> {
  /** Also the name under which the place is kept. */
  readonly name: string;
  /** What is asked for; the place of a run that asked something else is not taken up. */
  readonly question: Json;
  readonly empty: Report;
  /** Forgets the place of an interrupted run. */
  readonly restart: boolean;
  /** The walk stops, with its place saved, once this fires. */
  readonly signal?: AbortSignal;
  /** Told after each batch; the whole walk is 1. */
  readonly onProgress?: (fraction: number, report: Report) => void;
}

/** What a run came to. */
export interface RunResult<Report> {
  readonly report: Report;
  /** Whether the walk reached its end; otherwise the next run goes on from here. */
  readonly complete: boolean;
  /** Whether it began where another had stopped. */
  readonly resumed: boolean;
}

/** A piece of work that ends at a key. */
export interface Batch<Report> {
  readonly lastKey: string;
  work(report: Report): Promise<Report>;
}

/** How often the place is saved, in milliseconds. What was done since is done again after a crash, which does no harm. */
const SAVE_EVERY_MS = 2_000;

/** Does the batches that come after the saved place, one after the other. Throws where another run of that name works at once. */
export async function runResumably<Report extends Json>(
  records: RecordStore,
  run: ResumableRun<Report>,
  batches: (after: string | undefined) => AsyncIterable<Batch<Report>>,
): Promise<RunResult<Report>> {
  const key = `maintenance/${run.name}`;
  const found = await records.read(key);
  const saved = run.restart ? undefined : usable(found?.value, run.question);
  let version = found?.version;
  let report = (saved?.report as Report | undefined) ?? run.empty;
  let savedAtMs = Date.now();

  const save = async (cursor: string) => {
    // Kept in the store, so that whoever goes on needs nothing of this process.
    const value = { schema: 1, cursor, question: run.question, report };
    const result = await records.swap(key, version, value);
    if (result === 'conflict') throw new Error(`another ${run.name} is at work on this store`);
    version = result.version;
    savedAtMs = Date.now();
  };

  for await (const batch of batches(saved?.cursor)) {
    report = await batch.work(report);
    run.onProgress?.(fractionOf(batch.lastKey), report);
    const stopped = run.signal?.aborted === true;
    if (stopped || Date.now() - savedAtMs >= SAVE_EVERY_MS) await save(batch.lastKey);
    if (stopped) return { report, complete: false, resumed: saved !== undefined };
  }
  if (version !== undefined) await records.remove(key, version);
  run.onProgress?.(1, report);
  return { report, complete: true, resumed: saved !== undefined };
}

function usable(value: Json | undefined, question: Json) {
  if (!isJsonObject(value) || value.schema !== 1 || typeof value.cursor !== 'string') return undefined;
  if (!isDeepStrictEqual(value.question, question) || value.report === undefined) return undefined;
  return { cursor: value.cursor, report: value.report };
}

/** How far a key is on the way: subject keys are digests, so that they lie evenly between 0 and f. */
function fractionOf(key: string): number {
  const digits = /\/([0-9a-f]{8})/.exec(key)?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 16) / 2 ** 32;
}
