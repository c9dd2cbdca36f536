import type { Subject } from '../../domain/index.ts';
import { type OperatedBackend, pacedFor } from '../operate/operated-backend.ts';
import { copySubject } from '../replicas/copy-subject.ts';
import { openLocal } from '../replicas/local-record.ts';
import { policyOf } from '../stages/stage-record.ts';
import { readStage } from '../stages/stage-store.ts';
import { describeFailure } from '../upstream/describe-failure.ts';
import { type ListRunResult, type ListRunStop, type Pause, realPause, runOverList } from './list-run.ts';
import { pauseAfter } from './pause-after.ts';
import { type Attended, finishListRun } from './run-records.ts';
import { createStageReader, type StageReader } from './stage-reader.ts';

/** What became of one person: `known` was written here before, `waiting` has not reached dual-write. */
export type BackfillOutcome = 'copied' | 'known' | 'empty' | 'unknown' | 'waiting' | 'failed';

/** How long a person waits, at most, for the turn of a request, in seconds. */
const LONGEST_TURN_SECONDS = 2;

/**
 * How many people are under way at once: fewer than asked for where the pace is slow. A person holds their
 * lease while they wait for their turn, and their clients' writes wait for the lease.
 */
export function peopleAtOnce(concurrency: number, requestsPerSecond: number): number {
  return Math.max(1, Math.min(concurrency, Math.floor(requestsPerSecond * LONGEST_TURN_SECONDS)));
}

/** What a backfill came to. */
export type BackfillReport = {
  readonly subjects: number;
  readonly copied: number;
  /** Written here before; a copy must not touch them. */
  readonly known: number;
  /** Without a picture at the backend. */
  readonly empty: number;
  /** Not in the directory. */
  readonly unknown: number;
  /** Not yet ramped in. */
  readonly waiting: number;
  readonly failed: number;
};

/** How to go over a list. */
export interface ListOptions {
  readonly concurrency: number;
  readonly restart: boolean;
  readonly acceptsEmpty: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
  /** Default: in real time. */
  readonly pause?: Pause;
}

/** Tries for one person before the others have their turn, and the pause after the first one; it doubles. */
const TRIES = 3;
const FIRST_PAUSE_MS = 500;
/** How long the stage is believed before a copy, in milliseconds. */
const STAGE_MS = 1_000;

/**
 * Copies each person's pictures from the backend, where nothing was ever written here. Copies that were made
 * twice are harmless: a run over the same list may be repeated at any time, and looks again only at whom it
 * has to.
 */
export async function backfillList(
  operated: OperatedBackend,
  ids: readonly string[],
  options: ListOptions,
): Promise<
  ListRunResult<BackfillOutcome> & { readonly report: BackfillReport; readonly stopped?: ListRunStop }
> {
  const { core, at } = operated;
  const paced = pacedFor(operated, options.signal);
  const readStageNow = createStageReader(operated);
  const run = { records: core.records, kind: 'backfill', name: at.name } as const;
  const { revision = 0, fedSinceRevision = 0 } = (await readStage(core.records, at.name))?.record ?? {};
  const result = await runOverList<BackfillOutcome>({
    ...run,
    ...options,
    concurrency: peopleAtOnce(options.concurrency, at.settings.requestsPerSecond),
    nowMs: () => core.clock.nowMs(),
    ids,
    notBeforeMs: 0,
    // A run from before dual-write may have found no picture of a person who got one since.
    stage: { revision, oldest: fedSinceRevision },
    attend: (id, signal) => copyOne(paced, id, readStageNow, { ...options, signal }),
    retried: new Set(['failed']),
    empty: 'empty',
  });
  const { copied = 0, known = 0, empty = 0, unknown = 0, waiting = 0, failed = 0 } = result.counts;
  const subjects = copied + known + empty + unknown + waiting + failed;
  const report: BackfillReport = { subjects, copied, known, empty, unknown, waiting, failed };
  if (result.stopped === undefined) {
    await finishListRun(run, result.head, { ...result.head, atMs: core.clock.nowMs(), report });
  }
  return { ...result, report };
}

async function copyOne(
  operated: OperatedBackend,
  id: string,
  readStageNow: StageReader,
  { pause = realPause, signal }: ListOptions,
): Promise<Attended<BackfillOutcome>> {
  const { core, at } = operated;
  const subject = await core.directory.byAlias(at.name.tenant, at.name.dialect, id);
  if (!subject) return { outcome: 'unknown' };
  const subjectKey = subject.key;
  const stage = await readStageNow(STAGE_MS);
  const policy = stage && policyOf(stage, subjectKey);
  const isOpen = policy && (policy.write === 'both' || policy.write === 'local') && !policy.recheck;
  if (!isOpen) return { outcome: 'waiting', subjectKey };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { outcome: await copyWithLease(operated, subject), subjectKey };
    } catch (cause) {
      if (attempt >= TRIES) return { outcome: 'failed', subjectKey, note: describeFailure(cause) };
      await pause(pauseAfter(cause, FIRST_PAUSE_MS * 2 ** (attempt - 1)), signal);
    }
  }
}

async function copyWithLease({ at }: OperatedBackend, subject: Subject): Promise<BackfillOutcome> {
  // A person who is known here stays known. A repeated run takes no lease for them, since a lease costs two
  // writes.
  if ((await openLocal(at.replica, subject)).generation > 0) return 'known';
  const held = await at.replica.journal.lease(subject, 0);
  try {
    switch (await copySubject(at.replica, subject)) {
      case 'copied':
        return 'copied';
      case 'nothing there':
        return 'empty';
      case 'written here':
        return 'known';
    }
  } finally {
    await held.release();
  }
}
