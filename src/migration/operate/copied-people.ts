import { RECORD_PREFIX, subjectKeyOf } from '../../core/storage-keys.ts';
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

/** People about whom the backend may know what is not known here. */
export interface CopiedPeople {
  /** Their pictures may be at the backend alone. */
  readonly neverCopied: People;
  /**
   * Something was written here, and writes may have passed by since; no run of this span found the same on both
   * sides.
   */
  readonly notVerified: People;
  readonly countedBy: CountedBy;
  /** With `longest list`: how many ids it has; 0 where no list was ever worked off. */
  readonly listed: number;
}

const IS_EMPTY: ReadonlySet<Outcome> = new Set(['both empty', 'empty']);
const IS_ALIKE: ReadonlySet<Outcome> = new Set(['both empty', 'equal', 'repaired', 'copied']);
/** The backend was not asked, or gave no clear answer. */
const SAYS_NOTHING: ReadonlySet<Outcome> = new Set(['waiting', 'failed', 'unclear', 'unfinished', 'known']);

/**
 * Finds the people for whom nothing was ever written here, copies included, and who are not known to have no
 * picture at the backend either: in `switched` they are copied at their first read, in `complete` never. And
 * those whose pictures here may be older than the backend's.
 */
export async function findCopied(
  operated: OperatedBackend,
  record: Pick<StageRecord, 'fedSinceRevision' | 'history'>,
  concerns: (subjectKey: string) => boolean = () => true,
): Promise<CopiedPeople> {
  const { at, core } = operated;
  const runs: FinishedRun[] = [];
  for (const kind of ['verification', 'backfill'] as const) {
    for await (const run of readFinishedRuns({ records: core.records, kind, name: at.name })) runs.push(run);
  }
  const written = await readWritten(core.records);
  const neverCopied = new Map<string, string | undefined>();
  const notVerified = new Map<string, string | undefined>();
  const listOf = (key: string) => (written.has(key) ? notVerified : neverCopied);
  const listed = listConcerned(operated, concerns);
  const longest = listed ? undefined : runs.toSorted((one, other) => other.listed - one.listed)[0];
  if (listed) {
    for await (const { key, id } of listed) listOf(key).set(key, id);
  } else if (longest) {
    for await (const { subjectKey: key } of readRunPeople(core.records, longest)) {
      if (key !== undefined && concerns(key)) listOf(key).set(key, undefined);
    }
  }
  const ofThisSpan = runs.filter((run) => isOfThisSpan(run, record));
  await leaveOut(core.records, ofThisSpan, neverCopied, IS_EMPTY);
  if (mayHaveMissedWrites(record)) await leaveOut(core.records, ofThisSpan, notVerified, IS_ALIKE);
  else notVerified.clear();
  for (const people of listed ? [] : [neverCopied, notVerified]) {
    for (const key of people.keys()) people.set(key, (await core.directory.byKey(at.name.tenant, key))?.id);
  }
  return {
    neverCopied,
    notVerified,
    countedBy: listed ? 'directory' : 'longest list',
    listed: longest?.listed ?? 0,
  };
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
      if (key === undefined || !people.has(key) || judged.has(key) || SAYS_NOTHING.has(outcome)) continue;
      if (outcomes.has(outcome)) people.delete(key);
      else judged.add(key);
    }
  }
}

/** What `complete` asks for, since the backend is never asked again. */
export function copiedGuard({ neverCopied, countedBy, listed }: CopiedPeople): Guard {
  const isKnown = countedBy === 'directory' || listed > 0;
  const measure =
    countedBy === 'directory'
      ? 'people are counted by the directory'
      : `the directory cannot be listed, so people are counted by the longest list, of ${listed}`;
  return {
    name: 'nobody’s pictures are at the backend alone',
    holds: isKnown && neverCopied.size === 0,
    found: isKnown
      ? `${neverCopied.size} never copied; ${measure}`
      : 'unknown: the directory cannot be listed, and no list was ever worked off',
    next: 'polyface backfill --dialect … --subjects FILE',
  };
}
