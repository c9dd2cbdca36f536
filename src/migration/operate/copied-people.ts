import { RECORD_PREFIX, subjectKeyOf } from '../../core/storage-keys.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { RecordStore } from '../../domain/index.ts';
import type { BackfillOutcome } from '../lists/backfill-list.ts';
import { type FinishedRun, readFinishedRuns, readRunPeople } from '../lists/run-records.ts';
import type { VerifyOutcome } from '../lists/verify-list.ts';
import { isEverybody } from '../stages/rollout.ts';
import { MAX_HISTORY, type StageRecord } from '../stages/stage-record.ts';
import { isOfThisSpan } from './evidence.ts';
import type { Guard } from './guard.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { type CountedBy, listConcerned } from './people-of-step.ts';

type Outcome = BackfillOutcome | VerifyOutcome;

/** Ids by key; `undefined` where only the key is known. */
type People = ReadonlyMap<string, string | undefined>;

/** People whose pictures may be at the backend alone. */
export interface NeverCopied {
  readonly people: People;
  readonly countedBy: CountedBy;
  /** With `longest list`: how many ids it has; 0 where no list was ever worked off. */
  readonly listed: number;
}

const EMPTY_OUTCOMES: ReadonlySet<Outcome> = new Set(['both empty', 'empty']);
const ALIKE_OUTCOMES: ReadonlySet<Outcome> = new Set(['both empty', 'equal', 'repaired', 'copied']);
/** The backend was not asked, or gave no clear answer. */
const UNCLEAR_OUTCOMES: ReadonlySet<Outcome> = new Set([
  'waiting',
  'failed',
  'unclear',
  'unfinished',
  'known',
]);

/**
 * Finds the people for whom nothing was ever written here, copies included, and who are not known to have no
 * picture at the backend either: in `switched` they are copied at their first read, in `complete` never.
 */
export async function findNeverCopied(
  operated: OperatedBackend,
  record: Pick<StageRecord, 'fedSinceRevision'>,
  concerns: (subjectKey: string) => boolean = () => true,
): Promise<NeverCopied> {
  const written = await readWritten(operated.core.records);
  const runs = await readRuns(operated);
  const found = await findPeople(operated, runs, (key) => !written.has(key) && concerns(key));
  await leaveOut(operated.core.records, selectRunsOfSpan(runs, record), found.people, EMPTY_OUTCOMES);
  return { ...found, people: await nameByKey(operated, found.people) };
}

/**
 * Finds the people for whom something was written here, but which may be older than what the backend has: writes
 * may have passed by the local store, and no run of this span found the same on both sides.
 */
export async function findNotVerified(operated: OperatedBackend, record: StageRecord): Promise<People> {
  const { records } = operated.core;
  const written = await readWritten(records);
  const runs = await readRuns(operated);
  const { people } = await findPeople(operated, runs, (key) => written.has(key));
  await leaveOut(records, selectRunsOfSpan(runs, record), people, ALIKE_OUTCOMES);
  if (!mayHaveMissedWrites(record)) {
    for (const key of people.keys()) {
      if (!(await hasPictureFromBefore(records, key, record.fedSinceMs))) people.delete(key);
    }
  }
  return nameByKey(operated, people);
}

/** The people of the directory, or of the longest list where it cannot be listed. */
async function findPeople(
  operated: OperatedBackend,
  runs: readonly FinishedRun[],
  isWanted: (subjectKey: string) => boolean,
): Promise<NeverCopied & { readonly people: Map<string, string | undefined> }> {
  const people = new Map<string, string | undefined>();
  const directory = listConcerned(operated, isWanted);
  if (directory) {
    for await (const { key, id } of directory) people.set(key, id);
    return { people, countedBy: 'directory', listed: 0 };
  }
  const [longest] = runs.toSorted((one, other) => other.listed - one.listed);
  if (longest) {
    for await (const { subjectKey: key } of readRunPeople(operated.core.records, longest)) {
      if (key !== undefined && isWanted(key)) people.set(key, undefined);
    }
  }
  return { people, countedBy: 'longest list', listed: longest?.listed ?? 0 };
}

/** Looks up the ids that are not known yet. */
async function nameByKey({ at, core }: OperatedBackend, people: People): Promise<People> {
  const named = new Map<string, string | undefined>();
  for (const [key, id] of people) {
    named.set(key, id ?? (await core.directory.byKey(at.name.tenant, key))?.id);
  }
  return named;
}

async function readRuns({ at, core }: OperatedBackend): Promise<FinishedRun[]> {
  const runs: FinishedRun[] = [];
  for (const kind of ['verification', 'backfill'] as const) {
    for await (const run of readFinishedRuns({ records: core.records, kind, name: at.name })) runs.push(run);
  }
  return runs;
}

function selectRunsOfSpan(
  runs: readonly FinishedRun[],
  record: Pick<StageRecord, 'fedSinceRevision'>,
): readonly FinishedRun[] {
  return runs.filter((run) => isOfThisSpan(run, record));
}

/** Whether something was written here before the local store got every write, e.g. through another dialect. */
async function hasPictureFromBefore(
  records: RecordStore,
  subjectKey: string,
  fedSinceMs = 0,
): Promise<boolean> {
  const { record } = await readSubjectRecord(records, subjectKey);
  return Object.values(record?.slots ?? {}).some((state) => {
    const atMs = state.kind === 'image' ? state.image.writtenAtMs : state.tombstone.deletedAtMs;
    return atMs < fedSinceMs;
  });
}

/**
 * Whether writes may have passed the local store by after something was copied: after a way back to `shadow`, and
 * where a part of the people was in `dual-write` first, since a verification may have copied the others as well. A
 * full history may have lost that step.
 */
function mayHaveMissedWrites({ history }: Pick<StageRecord, 'history'>): boolean {
  if (history.length >= MAX_HISTORY) return true;
  return history.some(({ from, to }) => {
    const wentBack = from.stage === 'dual-write' && to.stage === 'shadow';
    const isPart = from.stage === 'shadow' && to.stage === 'dual-write' && !isEverybody(to.ramp);
    return wentBack || isPart;
  });
}

/** Every key under which something was written. */
async function readWritten(records: RecordStore): Promise<Set<string>> {
  const written = new Set<string>();
  for await (const key of records.list(RECORD_PREFIX)) written.add(subjectKeyOf(key));
  return written;
}

/** Leaves out the people about whom the newest run that looked at them found one of some outcomes. */
async function leaveOut(
  records: RecordStore,
  runs: readonly FinishedRun[],
  people: Map<string, string | undefined>,
  outcomes: ReadonlySet<Outcome>,
): Promise<void> {
  const judged = new Set<string>();
  for (const run of runs.toSorted((one, other) => other.atMs - one.atMs)) {
    if (judged.size === people.size) break;
    for await (const { outcome, subjectKey: key } of readRunPeople<Outcome>(records, run)) {
      if (key === undefined || !people.has(key) || judged.has(key) || UNCLEAR_OUTCOMES.has(outcome)) continue;
      if (outcomes.has(outcome)) people.delete(key);
      else judged.add(key);
    }
  }
}

/** What `complete` asks for, since the backend is never asked again. */
export function copiedGuard({ people, countedBy, listed }: NeverCopied): Guard {
  const isKnown = countedBy === 'directory' || listed > 0;
  const measure =
    countedBy === 'directory'
      ? 'people are counted by the directory'
      : `the directory cannot be listed, so people are counted by the longest list, of ${listed}`;
  return {
    name: 'nobody’s pictures are at the backend alone',
    holds: isKnown && people.size === 0,
    found: isKnown
      ? `${people.size} never copied; ${measure}`
      : 'unknown: the directory cannot be listed, and no list was ever worked off',
    next: 'polyface backfill --dialect … --subjects FILE',
  };
}
