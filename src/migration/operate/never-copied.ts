import { RECORD_PREFIX, subjectKeyOf } from '../../core/storage-keys.ts';
import type { RecordStore } from '../../domain/index.ts';
import type { BackfillOutcome } from '../lists/backfill-list.ts';
import { type FinishedRun, readFinishedRuns, readRunPeople } from '../lists/run-records.ts';
import type { VerifyOutcome } from '../lists/verify-list.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import { isOfThisSpan } from './evidence.ts';
import type { Guard } from './guard.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { type CountedBy, listConcerned } from './people-of-step.ts';

type Outcome = BackfillOutcome | VerifyOutcome;

/** People whose pictures may be at the backend alone. */
export interface NeverCopied {
  /** Their ids by key; `undefined` where only the key is known. */
  readonly people: ReadonlyMap<string, string | undefined>;
  readonly countedBy: CountedBy;
  /** With `longest list`: how many ids it has; 0 where no list was ever worked off. */
  readonly listed: number;
}

const IS_EMPTY: ReadonlySet<Outcome> = new Set(['both empty', 'empty']);
/** The backend was not asked, or gave no clear answer. */
const SAYS_NOTHING: ReadonlySet<Outcome> = new Set(['waiting', 'failed', 'unclear', 'unfinished']);

/**
 * Finds the people for whom nothing was ever written here, copies included, and who are not known to have no
 * picture at the backend either: in `switched` they are copied at their first read, in `complete` never.
 */
export async function findNeverCopied(
  operated: OperatedBackend,
  record: Pick<StageRecord, 'fedSinceRevision'>,
  concerns: (subjectKey: string) => boolean = () => true,
): Promise<NeverCopied> {
  const { at, core } = operated;
  const runs: FinishedRun[] = [];
  for (const kind of ['verification', 'backfill'] as const) {
    for await (const run of readFinishedRuns({ records: core.records, kind, name: at.name })) runs.push(run);
  }
  const written = await readWritten(core.records);
  const people = new Map<string, string | undefined>();
  const listed = listConcerned(operated, concerns);
  const longest = listed ? undefined : runs.toSorted((one, other) => other.listed - one.listed)[0];
  if (listed) {
    for await (const { key, id } of listed) if (!written.has(key)) people.set(key, id);
  } else if (longest) {
    for await (const { subjectKey: key } of readRunPeople(core.records, longest)) {
      if (key === undefined || written.has(key) || !concerns(key)) continue;
      people.set(key, (await core.directory.byKey(at.name.tenant, key))?.id);
    }
  }
  const ofThisSpan = runs.filter((run) => isOfThisSpan(run, record));
  await leaveOutEmpty(core.records, ofThisSpan, people);
  return { people, countedBy: listed ? 'directory' : 'longest list', listed: longest?.listed ?? 0 };
}

/** Every key under which something was written. */
async function readWritten(records: RecordStore): Promise<Set<string>> {
  const written = new Set<string>();
  for await (const key of records.list(RECORD_PREFIX)) written.add(subjectKeyOf(key));
  return written;
}

/** Leaves out who had no picture at the backend when a run looked last. */
async function leaveOutEmpty(
  records: RecordStore,
  runs: readonly FinishedRun[],
  people: Map<string, string | undefined>,
): Promise<void> {
  const judged = new Set<string>();
  for (const run of runs.toSorted((one, other) => other.atMs - one.atMs)) {
    if (judged.size === people.size) break;
    for await (const { outcome, subjectKey: key } of readRunPeople<Outcome>(records, run)) {
      if (key === undefined || !people.has(key) || judged.has(key) || SAYS_NOTHING.has(outcome)) continue;
      if (IS_EMPTY.has(outcome)) people.delete(key);
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
