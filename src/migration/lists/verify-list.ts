import { createHash } from 'node:crypto';
import { ProblemError, type Subject } from '../../domain/index.ts';
import { type OperatedBackend, pacedFor } from '../operate/operated-backend.ts';
import { resyncFromBackend } from '../replicas/resync-from-backend.ts';
import { policyOf } from '../stages/stage-record.ts';
import { readStage } from '../stages/stage-store.ts';
import { type ListOptions, peopleAtOnce } from './backfill-list.ts';
import { compareSubject, type LiveDifference } from './compare-subject.ts';
import { type ListRunResult, realPause, runOverList } from './list-run.ts';
import { pauseAfter } from './pause-after.ts';
import { type Attended, finishListRun, readRunPeople } from './run-records.ts';
import { createStageReader, type StageReader } from './stage-reader.ts';

/** What became of one person; `repaired`: equal, since this run made the local store follow the backend. */
export type VerifyOutcome = LiveDifference | 'both empty' | 'repaired' | 'unknown';

/**
 * What a verification found, as it is kept for the gate. It holds no names, so an erasure does not have to
 * change it.
 */
export type VerificationEvidence = {
  /** When it began, and when it was over. */
  readonly startedAtMs: number;
  readonly atMs: number;
  /** How many ids the list had. */
  readonly listed: number;
  /** Ids of the list that lead to no person. */
  readonly unknown: number;
  /** People who were looked at. */
  readonly subjects: number;
  /** People without a picture on either side; they count as equal as well. */
  readonly empty: number;
  readonly equal: number;
  /** By kind; empty is what the gate asks for. */
  readonly differences: Readonly<Partial<Record<LiveDifference, number>>>;
  /** SHA-256 over the verified subject keys, in order. */
  readonly subjectsSha256: string;
  readonly repaired: number;
};

/** The report for the person who runs the verification. */
export type VerificationReport = VerificationEvidence & {
  /** At most 50 ids of the list. */
  readonly examples: readonly { readonly id: string; readonly difference: LiveDifference }[];
};

const ALIKE: ReadonlySet<VerifyOutcome> = new Set(['equal', 'both empty', 'repaired']);
/** Differences that `repair` can remove. */
const REPAIRED: ReadonlySet<string> = new Set(['not copied', 'different', 'missing here', 'missing there']);
const MAX_EXAMPLES = 50;
/**
 * How often one person's repair is tried, and the pause after the first time, in milliseconds; it doubles.
 */
const REPAIRS = 7;
const FIRST_PAUSE_MS = 200;

/**
 * Compares every person in a list on both sides, regardless of earlier runs, and keeps what it found as
 * evidence over that list.
 */
export async function verifyList(
  operated: OperatedBackend,
  ids: readonly string[],
  options: ListOptions & {
    /** Makes the local store follow the backend where they differ (only while the backend is the truth). */
    readonly repair: boolean;
  },
): Promise<ListRunResult<VerifyOutcome> & { readonly report: VerificationReport }> {
  const { core, at } = operated;
  const paced = pacedFor(operated, options.signal);
  const readStageNow = createStageReader(operated);
  const run = { records: core.records, kind: 'verification', name: at.name } as const;
  const { revision = 0, fedSinceRevision = 0 } = (await readStage(core.records, at.name))?.record ?? {};
  const result = await runOverList<VerifyOutcome>({
    ...run,
    ...options,
    concurrency: peopleAtOnce(options.concurrency, at.settings.requestsPerSecond),
    nowMs: () => core.clock.nowMs(),
    ids,
    // What an older run has seen does not count as evidence any more.
    notBeforeMs: core.clock.nowMs() - at.settings.gate.verificationHours * 3_600_000,
    stage: { revision, oldest: fedSinceRevision },
    attend: (id, signal) => verifyOne(paced, id, readStageNow, { ...options, signal }),
    retried: new Set(['unclear', 'unfinished']),
    empty: 'both empty',
  });
  const { examples, ...evidence } = await summarise(operated, ids, result);
  if (result.stopped === undefined) {
    const finished = { ...result.head, atMs: evidence.atMs, report: evidence };
    await finishListRun(run, result.head, finished);
  }
  return { ...result, report: { ...evidence, examples } };
}

async function verifyOne(
  operated: OperatedBackend,
  id: string,
  readStageNow: StageReader,
  { repair, pause = realPause, signal }: ListOptions & { readonly repair: boolean },
): Promise<Attended<VerifyOutcome>> {
  const { at, core } = operated;
  const subject = await core.directory.byAlias(at.name.tenant, at.name.dialect, id);
  if (!subject) return { outcome: 'unknown' };
  const subjectKey = subject.key;
  const wait = (ms: number) => pause(ms, signal);
  const found = await compareSubject(operated, subject, wait);
  if (!repair || !REPAIRED.has(found.outcome)) return { ...found, subjectKey };
  const hasFollowed = await followBackend(operated, subject, readStageNow, wait);
  const after = await compareSubject(operated, subject, wait);
  return hasFollowed && after.outcome === 'equal'
    ? { outcome: 'repaired', subjectKey }
    : { ...after, subjectKey };
}

/**
 * Tries again where the backend gives no clear answer, or where a client writes meanwhile. A run may take hours:
 * once a step has made the local store the truth, what the backend has may be older.
 */
async function followBackend(
  { at }: OperatedBackend,
  subject: Subject,
  readStageNow: StageReader,
  wait: (ms: number) => Promise<void>,
): Promise<boolean> {
  for (let attempt = 0; attempt < REPAIRS; attempt += 1) {
    let pauseMs = FIRST_PAUSE_MS * 2 ** attempt;
    try {
      const held = await at.replica.journal.lease(subject, 0);
      try {
        const stage = await readStageNow(0);
        const policy = stage && policyOf(stage, subject.key);
        if (policy?.write !== 'both' || policy.read !== 'backend') return false;
        const { intent, recheck } = held.entry;
        const result = intent || recheck ? 'written meanwhile' : await resyncFromBackend(at.replica, subject);
        if (result !== 'written meanwhile') return result.hasWritten;
      } finally {
        await held.release();
      }
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause;
      pauseMs = pauseAfter(cause, pauseMs);
    }
    await wait(pauseMs);
  }
  return false;
}

async function summarise(
  { core }: OperatedBackend,
  ids: readonly string[],
  { head, counts }: ListRunResult<VerifyOutcome>,
): Promise<VerificationReport> {
  const digest = createHash('sha256');
  const examples: { id: string; difference: LiveDifference }[] = [];
  let place = 0;
  for await (const { outcome, subjectKey } of readRunPeople<VerifyOutcome>(core.records, head)) {
    if (subjectKey !== undefined) digest.update(`${subjectKey}\n`);
    if (isDifference(outcome) && examples.length < MAX_EXAMPLES) {
      examples.push({ id: ids[place] ?? '', difference: outcome });
    }
    place += 1;
  }
  return {
    startedAtMs: head.startedAtMs,
    atMs: core.clock.nowMs(),
    listed: head.listed,
    ...sumOutcomes(counts),
    examples,
    subjectsSha256: digest.digest('hex'),
  };
}

/** The figures of a report from the counts by outcome. */
export function sumOutcomes(
  counts: Readonly<Partial<Record<VerifyOutcome, number>>>,
): Pick<VerificationEvidence, 'unknown' | 'subjects' | 'empty' | 'equal' | 'differences' | 'repaired'> {
  const differences: Partial<Record<LiveDifference, number>> = {};
  let subjects = 0;
  for (const [outcome, count] of Object.entries(counts) as [VerifyOutcome, number][]) {
    if (outcome !== 'unknown') subjects += count;
    if (isDifference(outcome)) differences[outcome] = count;
  }
  const { unknown = 0, repaired = 0, equal = 0 } = counts;
  const empty = counts['both empty'] ?? 0;
  return { unknown, subjects, empty, equal: equal + empty + repaired, differences, repaired };
}

/** Whether an outcome says that the two sides differ, or may. */
export function isDifference(outcome: VerifyOutcome): outcome is LiveDifference {
  return !ALIKE.has(outcome) && outcome !== 'unknown';
}
