import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** One walk over the store. */
export interface ResumableRun<Report extends Json> {
  /** Also the name under which the place is saved. */
  readonly name: string;
  /** What the run is asked. A run with another question is not continued. */
  readonly question: Json;
  readonly empty: Report;
  /** Deletes the place of an interrupted run. */
  readonly restart: boolean;
  /** When this fires, the walk stops and saves its place. */
  readonly signal?: AbortSignal;
  /** Called after each batch; the whole walk is 1. */
  readonly onProgress?: (fraction: number, report: Report) => void;
}

/** The result of a run. */
export interface RunResult<Report> {
  readonly report: Report;
  /** Whether the walk reached its end; otherwise the next run continues from here. */
  readonly complete: boolean;
  /** Whether it continued an interrupted run. */
  readonly resumed: boolean;
}

/** A piece of work that ends at a key. */
export interface Batch<Report> {
  readonly lastKey: string;
  work(report: Report): Promise<Report>;
}

/**
 * How often the place is saved, in milliseconds. After a crash, the work since then is done again, which does
 * no harm.
 */
const SAVE_EVERY_MS = 2_000;

/**
 * Does the batches after the saved place, one after the other. Throws where another run of that name works at
 * the same time.
 */
export async function runResumably<Report extends Json>(
  records: RecordStore,
  run: ResumableRun<Report>,
  batches: (after: string | undefined) => AsyncIterable<Batch<Report>>,
): Promise<RunResult<Report>> {
  const key = `maintenance/${run.name}`;
  const found = await records.read(key);
  const saved = run.restart ? undefined : readProgress(found?.value, run.question);
  let version = found?.version;
  let report = (saved?.report as Report | undefined) ?? run.empty;
  let savedAtMs = Date.now();

  const save = async (cursor: string) => {
    // Kept in the store, so that another process can continue.
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

function readProgress(value: Json | undefined, question: Json) {
  if (!isJsonObject(value) || value.schema !== 1 || typeof value.cursor !== 'string') return undefined;
  if (!isDeepStrictEqual(value.question, question) || value.report === undefined) return undefined;
  return { cursor: value.cursor, report: value.report };
}

/** How far the walk is at a key. Subject keys are digests, so they are spread evenly between 0 and f. */
function fractionOf(key: string): number {
  const digits = /\/([0-9a-f]{8})/.exec(key)?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 16) / 2 ** 32;
}
