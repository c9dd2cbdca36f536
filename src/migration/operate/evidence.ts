import { createHash } from 'node:crypto';
import { type FinishedRun, readFinishedRuns, readRunPeople } from '../lists/run-records.ts';
import {
  isDifference,
  sumOutcomes,
  type VerificationEvidence,
  type VerifyOutcome,
} from '../lists/verify-list.ts';
import { readSample, readTally } from '../parity/parity-tally.ts';
import { upperBound95 } from '../parity/upper-bound.ts';
import { isEquivalent, type ParityVerdict } from '../parity/verdict.ts';
import { isEverybody, type Rollout, stageOf } from '../stages/rollout.ts';
import { isMovedBy, loadCohorts, type StageRecord } from '../stages/stage-record.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { type CountedBy, listConcerned } from './people-of-step.ts';

/** The people whom a step moves. */
export interface MovedPeople {
  /** Whether the step moves every person. */
  readonly isEverybody: boolean;
  has(subjectKey: string): boolean;
  /** Their keys, where the step is for a list. */
  readonly keys?: ReadonlySet<string>;
}

/** What verifications found about the people whom a step moves. */
export interface StepVerification extends VerificationEvidence {
  /** How many people the step moves. */
  readonly people: number;
  /** People of the step whom no verification looked at. */
  readonly notVerified: number;
  readonly countedBy: CountedBy;
  /** Whether it began after the local store was last fed anew. */
  readonly isOfThisSpan: boolean;
}

type Verification = FinishedRun & { readonly report: VerificationEvidence };

/** Whether a run over a list began after the local store was last fed anew. */
export function isOfThisSpan(
  { stageRevision = 0 }: Pick<FinishedRun, 'stageRevision'>,
  { fedSinceRevision = 0 }: Pick<StageRecord, 'fedSinceRevision'>,
): boolean {
  return stageRevision >= fedSinceRevision;
}

/** Compared requests of the people whom a step moves. */
export interface ParityFigures {
  readonly compared: number;
  readonly different: number;
  readonly upperBound95: number;
}

/** Finds the people whom a step moves. */
export async function findMoved({ core }: OperatedBackend, from: Rollout, to: Rollout): Promise<MovedPeople> {
  const cohorts = await loadCohorts(core.records, [from, to]);
  const has = (key: string) => isMovedBy(from, to, cohorts, key);
  const members = to.ramp.kind === 'cohort' ? cohorts.get(to.ramp.sha256) : undefined;
  return {
    isEverybody: from.stage !== to.stage && isEverybody(to.ramp) && isEverybody(from.ramp),
    has,
    ...(members
      ? { keys: new Set([...members.keys()].filter((key) => stageOf(from, key, cohorts) !== to.stage)) }
      : {}),
  };
}

/**
 * What the verifications that still count found about the people of a step; where none counts, what any
 * found. They are put together: the newest that looked at a person holds for that person. Where the directory
 * cannot be listed, the people of the longest list that was ever verified stand for everybody.
 */
export async function findVerification(
  operated: OperatedBackend,
  record: Pick<StageRecord, 'fedSinceRevision'>,
  moved: MovedPeople,
): Promise<StepVerification | undefined> {
  const { at, core } = operated;
  const oldestMs = core.clock.nowMs() - at.settings.gate.verificationHours * 3_600_000;
  const all: Verification[] = [];
  for await (const run of readFinishedRuns({ records: core.records, kind: 'verification', name: at.name })) {
    if (isVerification(run)) all.push(run);
  }
  const valid = all.filter((run) => isOfThisSpan(run, record) && run.startedAtMs >= oldestMs);
  const newestFirst = (valid.length > 0 ? valid : all).toSorted((one, other) => other.atMs - one.atMs);
  if (newestFirst.length === 0) return undefined;
  const { by, keys } = await countPeople(operated, moved, all);
  const { runs, evidence, notVerified } = await putTogether(operated, newestFirst, moved, keys);
  return {
    ...evidence,
    people: keys.size,
    notVerified,
    countedBy: by,
    isOfThisSpan: runs.every((run) => isOfThisSpan(run, record)),
  };
}

/** The keys of the people of a step, and where they are from. */
async function countPeople(
  operated: OperatedBackend,
  moved: MovedPeople,
  verifications: readonly Verification[],
): Promise<{ readonly by: CountedBy; readonly keys: ReadonlySet<string> }> {
  const listed = listConcerned(operated, moved.has);
  if (!listed && moved.keys) return { by: 'list of the step', keys: moved.keys };
  const keys = new Set<string>();
  if (listed) {
    for await (const { key } of listed) keys.add(key);
    return { by: 'directory', keys };
  }
  // Also one that no longer counts: a shorter list that was verified since leaves people out.
  const [longest] = verifications.toSorted(
    (one, other) => other.report.subjects - one.report.subjects || other.atMs - one.atMs,
  );
  for await (const { subjectKey } of longest ? readRunPeople(operated.core.records, longest) : []) {
    if (subjectKey !== undefined && moved.has(subjectKey)) keys.add(subjectKey);
  }
  return { by: 'longest list', keys };
}

/**
 * Adds up what the runs found about the people of a step. A run counts if it adds people to those of newer
 * runs, or a difference to those of a run at the same time.
 */
async function putTogether(
  { core }: OperatedBackend,
  newestFirst: readonly Verification[],
  moved: MovedPeople,
  keys: ReadonlySet<string>,
): Promise<{
  readonly runs: readonly Verification[];
  readonly evidence: VerificationEvidence;
  readonly notVerified: number;
}> {
  const counts: Partial<Record<VerifyOutcome, number>> = {};
  const runs: Verification[] = [];
  /** By key, the run that counts. A list may name a person twice, e.g. by a former id as well. */
  const seen = new Map<string, Verification>();
  let notVerified = keys.size;
  for (const run of newestFirst) {
    const isNewer = (other: Verification) => other.startedAtMs >= run.atMs;
    if (runs.length > 0 && notVerified === 0 && runs.every(isNewer)) continue;
    const own: Partial<Record<VerifyOutcome, number>> = {};
    const leftBefore = notVerified;
    let contradicts = false;
    for await (const { outcome, subjectKey } of readRunPeople<VerifyOutcome>(core.records, run)) {
      if (subjectKey === undefined) {
        // An id without a person counts against the list, but not in a step for a cohort, whose list holds
        // only people.
        if (!moved.keys) own[outcome] = (own[outcome] ?? 0) + 1;
        continue;
      }
      const earlier = seen.get(subjectKey);
      if (!moved.has(subjectKey)) continue;
      if (earlier && earlier !== run) {
        // Of two runs at the same time, e.g. one that was interrupted and went on after the other, none is
        // newer.
        if (isNewer(earlier) || !isDifference(outcome) || outcome === 'unclear' || outcome === 'unfinished')
          continue;
        contradicts = true;
      }
      own[outcome] = (own[outcome] ?? 0) + 1;
      if (!earlier && keys.has(subjectKey)) notVerified -= 1;
      seen.set(subjectKey, run);
    }
    if (runs.length > 0 && notVerified === leftBefore && !contradicts) continue;
    runs.push(run);
    for (const [outcome, count] of Object.entries(own) as [VerifyOutcome, number][])
      counts[outcome] = (counts[outcome] ?? 0) + count;
  }
  const reports = runs.map(({ report }) => report);
  const digests = reports.map(({ subjectsSha256 }) => subjectsSha256);
  const evidence: VerificationEvidence = {
    startedAtMs: Math.min(...reports.map(({ startedAtMs }) => startedAtMs)),
    atMs: Math.min(...reports.map(({ atMs }) => atMs)),
    listed: reports.reduce((total, { listed }) => total + listed, 0),
    ...sumOutcomes(counts),
    subjectsSha256:
      digests.length === 1
        ? (digests[0] ?? '')
        : createHash('sha256').update(digests.join('\n')).digest('hex'),
  };
  return { runs, evidence, notVerified };
}

/** How alike the answers were. For a part of the people, by the newest of the sample. */
export async function findParity({ at, core }: OperatedBackend, moved: MovedPeople): Promise<ParityFigures> {
  let compared = 0;
  let different = 0;
  if (moved.isEverybody) {
    for (const tally of Object.values((await readTally(core.records, at.name)).operations)) {
      compared += tally.compared;
      for (const [verdict, count] of Object.entries(tally.verdicts) as [ParityVerdict, number][]) {
        if (!isEquivalent(verdict)) different += count;
      }
    }
  } else {
    for await (const one of readSample(core.records, at.name)) {
      if (!moved.has(one.subjectKey)) continue;
      compared += 1;
      if (one.isDifferent) different += 1;
    }
  }
  return { compared, different, upperBound95: upperBound95(different, compared) };
}

function isVerification(run: FinishedRun): run is FinishedRun & { readonly report: VerificationEvidence } {
  return typeof run.report === 'object' && run.report !== null && 'equal' in run.report;
}
