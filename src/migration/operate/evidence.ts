import { type FinishedRun, readFinishedRuns, readRunPeople } from '../lists/run-records.ts';
import { sumOutcomes, type VerificationEvidence, type VerifyOutcome } from '../lists/verify-list.ts';
import { readSample, readTally } from '../parity/parity-tally.ts';
import { upperBound95 } from '../parity/upper-bound.ts';
import { isEquivalent, type ParityVerdict } from '../parity/verdict.ts';
import { isEverybody, type Rollout, stageOf } from '../stages/rollout.ts';
import { isMovedBy, loadCohorts, type StageRecord } from '../stages/stage-record.ts';
import type { OperatedBackend } from './operated-backend.ts';

/** The people whom a step moves. */
export interface MovedPeople {
  /** Whether the step moves every person. */
  readonly isEverybody: boolean;
  has(subjectKey: string): boolean;
  /** Their keys, where the step is for a list. */
  readonly keys?: readonly string[];
}

/** What a verification found about the people whom a step moves. */
export interface StepVerification extends VerificationEvidence {
  /**
   * People of the step whom the verification did not look at. They are counted by the step's list, else by
   * the longest list that was ever verified.
   */
  readonly notVerified?: number;
  /** Whether it began after the local store was last fed anew. */
  readonly isOfThisSpan: boolean;
}

/** Whether a verification began after the local store was last fed anew. */
function isOfThisSpan(
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
      ? { keys: [...members.keys()].filter((key) => stageOf(from, key, cohorts) !== to.stage) }
      : {}),
  };
}

/**
 * The verification that says most about a step, among those that still count: the one that covers the step
 * best, then the one over the longest list, then the newest. Where none counts, the newest.
 */
export async function findVerification(
  operated: OperatedBackend,
  record: Pick<StageRecord, 'fedSinceRevision'>,
  moved: MovedPeople,
): Promise<StepVerification | undefined> {
  const { at, core } = operated;
  const oldestMs = core.clock.nowMs() - at.settings.gate.verificationHours * 3_600_000;
  const all: (FinishedRun & { readonly report: VerificationEvidence })[] = [];
  for await (const run of readFinishedRuns({ records: core.records, kind: 'verification', name: at.name })) {
    if (isVerification(run)) all.push(run);
  }
  const valid = all.filter((run) => isOfThisSpan(run, record) && run.atMs >= oldestMs);
  const newestFirst = (valid.length > 0 ? valid : all).toSorted((one, other) => other.atMs - one.atMs);
  const longestFirst = newestFirst.toSorted((one, other) => other.listed - one.listed);
  // A list that is shorter than an earlier one leaves people out, even where the earlier verification no
  // longer counts.
  const mostPeople = Math.max(0, ...all.map(({ report }) => report.subjects));
  if (moved.isEverybody) {
    const [longest] = longestFirst;
    if (!longest) return undefined;
    const evidence: VerificationEvidence = longest.report;
    return {
      ...evidence,
      notVerified: Math.max(0, mostPeople - evidence.subjects),
      isOfThisSpan: isOfThisSpan(longest, record),
    };
  }
  let best: StepVerification | undefined;
  for (const run of moved.keys ? newestFirst : longestFirst.slice(0, 1)) {
    const narrowed = {
      ...(await narrow(operated, run, moved, mostPeople)),
      isOfThisSpan: isOfThisSpan(run, record),
    };
    if (!best || (narrowed.notVerified ?? 0) < (best.notVerified ?? 0)) best = narrowed;
    if (best.notVerified === 0) break;
  }
  return best;
}

/** What a verification found about the people of a step. */
async function narrow(
  { core }: OperatedBackend,
  run: FinishedRun & { readonly report: VerificationEvidence },
  moved: MovedPeople,
  mostPeople: number,
): Promise<Omit<StepVerification, 'isOfThisSpan'>> {
  const counts: Partial<Record<VerifyOutcome, number>> = {};
  // A list may name a person twice, e.g. by a former id as well.
  const verified = new Set<string>();
  for await (const { outcome, subjectKey } of readRunPeople<VerifyOutcome>(core.records, run)) {
    // An id without a person counts against the list, but not in a step for a cohort, whose list holds only
    // people.
    const concerns = subjectKey === undefined ? moved.keys === undefined : moved.has(subjectKey);
    if (!concerns) continue;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (subjectKey !== undefined) verified.add(subjectKey);
  }
  const figures = sumOutcomes(counts);
  const evidence: VerificationEvidence = run.report;
  return {
    ...evidence,
    ...figures,
    notVerified: moved.keys
      ? moved.keys.filter((key) => !verified.has(key)).length
      : Math.max(0, mostPeople - evidence.subjects),
  };
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
