import { randomUUID } from 'node:crypto';
import type { Json, RecordStore } from '../../domain/index.ts';
import { keyPart, type MigrationName } from '../stages/stage-store.ts';

/** What became of one person. */
export interface Attended<Outcome extends string> {
  readonly outcome: Outcome;
  /** Absent where the id leads to no person. */
  readonly subjectKey?: string;
  readonly note?: string;
}

/** What is done with a list. */
export type RunKind = 'backfill' | 'verification';

/** A run over a list. Records of their own hold what became of its people. */
export type RunHead = {
  readonly runId: string;
  readonly startedAtMs: number;
  /** Revision of the stage when it began; absent where the stage does not matter. */
  readonly stageRevision?: number;
  readonly listSha256: string;
  /** How many ids the list has. */
  readonly listed: number;
};

/** What became of the people between two saved places, in the order of the list. */
export type RunChunk<Outcome extends string> = readonly Attended<Outcome>[];

/** The runs over one list: the open one, and the result of the last finished one. */
type StoredRuns = { readonly schema: 1; readonly open?: RunHead; readonly finished?: FinishedRun };

/** A run that worked its list off. */
export type FinishedRun = RunHead & { readonly atMs: number; readonly report: Json };

/** A run under way. */
export interface OpenRun {
  readonly head: RunHead;
  read<Outcome extends string>(at: number): Promise<RunChunk<Outcome> | undefined>;
  save<Outcome extends string>(at: number, people: RunChunk<Outcome>): Promise<void>;
}

/** Where the runs of one kind are kept. */
export interface RunPlace {
  readonly records: RecordStore;
  readonly kind: RunKind;
  readonly name: MigrationName;
}

/** Continues the open run over a list, or opens one. */
export async function openListRun(
  run: RunPlace & {
    readonly ids: readonly string[];
    readonly nowMs: () => number;
    readonly restart: boolean;
    /** An open run that began before this moment is not continued. */
    readonly notBeforeMs: number;
    /** The same, by the stage: its revision now, and the oldest revision that counts. */
    readonly stage?: { readonly revision: number; readonly oldest: number };
  },
  listSha256: string,
): Promise<OpenRun> {
  const { records, ids, stage } = run;
  const key = headKey(run, listSha256);
  const found = await records.read(key);
  const runs = asRuns(found?.value);
  const counts = ({ startedAtMs, stageRevision = 0 }: RunHead) =>
    startedAtMs >= run.notBeforeMs && stageRevision >= (stage?.oldest ?? 0);
  const isTakenUp = runs.open && !run.restart && counts(runs.open);
  const head: RunHead =
    runs.open && isTakenUp
      ? runs.open
      : {
          runId: randomUUID(),
          startedAtMs: run.nowMs(),
          ...(stage ? { stageRevision: stage.revision } : {}),
          listSha256,
          listed: ids.length,
        };
  if (!isTakenUp) {
    if (runs.open) await removeChunks(records, runs.open.runId);
    const swapped = await records.swap(key, found?.version, { ...runs, open: head });
    if (swapped === 'conflict') throw new Error('another run over the same list has just begun');
  }
  return {
    head,
    read: (at) => readChunk(records, head.runId, at),
    async save(at, people) {
      const place = chunkKey(head.runId, at);
      const before = await records.read(place);
      await records.swap(place, before?.version, { people: people.map((one) => ({ ...one })) });
    },
  };
}

/** Stores the result of a run. The earlier run over the same list is deleted. */
export async function finishListRun(place: RunPlace, head: RunHead, finished: FinishedRun): Promise<void> {
  const key = headKey(place, head.listSha256);
  const found = await place.records.read(key);
  const runs = asRuns(found?.value);
  await place.records.swap(key, found?.version, { schema: 1, finished });
  if (runs.finished && runs.finished.runId !== head.runId)
    await removeChunks(place.records, runs.finished.runId);
}

/** The last finished run over each list. */
export async function* readFinishedRuns(place: RunPlace): AsyncGenerator<FinishedRun> {
  for await (const key of place.records.list(headPrefix(place))) {
    const { finished } = asRuns((await place.records.read(key))?.value);
    if (finished) yield finished;
  }
}

/** What became of the people of a run, in the order of the list. */
export async function* readRunPeople<Outcome extends string>(
  records: RecordStore,
  { runId }: Pick<RunHead, 'runId'>,
): AsyncGenerator<Attended<Outcome>> {
  for (let first = 0; ; first += CHUNKS_AT_ONCE) {
    const places = Array.from({ length: CHUNKS_AT_ONCE }, (_, at) => first + at);
    for (const people of await Promise.all(places.map((at) => readChunk<Outcome>(records, runId, at)))) {
      if (!people) return;
      yield* people;
    }
  }
}

async function readChunk<Outcome extends string>(
  records: RecordStore,
  runId: string,
  at: number,
): Promise<RunChunk<Outcome> | undefined> {
  const found = await records.read(chunkKey(runId, at));
  return found && isChunk<Outcome>(found.value) ? found.value.people : undefined;
}

async function removeChunks(records: RecordStore, runId: string): Promise<void> {
  for await (const key of records.list(`${CHUNKS}${runId}/`)) {
    const found = await records.read(key);
    if (found) await records.remove(key, found.version);
  }
}

/** How many chunks are read at once. */
const CHUNKS_AT_ONCE = 8;
const CHUNKS = 'migration/run-people/';

function chunkKey(runId: string, at: number): string {
  return `${CHUNKS}${runId}/${String(at).padStart(8, '0')}`;
}

function headPrefix({ kind, name: { tenant, dialect } }: Omit<RunPlace, 'records'>): string {
  return `migration/runs/${kind}/${keyPart(tenant)}/${keyPart(dialect)}/`;
}

function headKey(place: Omit<RunPlace, 'records'>, listSha256: string): string {
  return headPrefix(place) + listSha256;
}

function asRuns(value: Json | undefined): StoredRuns {
  return isRuns(value) ? value : { schema: 1 };
}

function isRuns(value: unknown): value is StoredRuns {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}

function isChunk<Outcome extends string>(value: unknown): value is { readonly people: RunChunk<Outcome> } {
  return typeof value === 'object' && value !== null && 'people' in value && Array.isArray(value.people);
}
