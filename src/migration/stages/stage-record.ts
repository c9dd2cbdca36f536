import type { Json, RecordStore } from '../../domain/index.ts';
import { type Cohort, type CohortMembers, type Cohorts, loadCohort } from './cohort.ts';
import { occupiedStages, type Rollout, stageOf } from './rollout.ts';
import { neighbour } from './stage.ts';
import { type Phase, phasesBetween, STEADY, type WritePolicy } from './write-policy.ts';

/** A change under way. */
export type StageChange = {
  readonly to: Rollout;
  /** Index into `phasesOf`. */
  readonly phase: number;
  readonly startedAtMs: number;
  /** What was begun before this moment has to be finished before the next phase. */
  readonly fencedAtMs?: number;
  /** The change goes back, phase by phase. */
  readonly isCancelled?: true;
  /** The backend is not asked any more; unfinished work is finished in the local store alone. */
  readonly abandonsBackend?: true;
};

/** One line of the migration's history. */
export type StageEvent = {
  readonly atMs: number;
  readonly from: Rollout;
  readonly to: Rollout;
  /** Why the gate was overridden. */
  readonly override?: string;
  /** SHA-256 of the report of the gate that let the step through. */
  readonly gateReport?: string;
  /** The change was turned around. */
  readonly isCancelled?: true;
};

/** How many lines of the history are kept. */
export const MAX_HISTORY = 100;

/** Where one tenant's migration of one dialect stands. */
export type StageRecord = {
  readonly schema: 1;
  /** Rises with every change that makes gateways act differently, and with every decision of an operator. */
  readonly revision: number;
  readonly rollout: Rollout;
  readonly change?: StageChange;
  /** When `complete` was reached; a way back starts from there. */
  readonly completedAtMs?: number;
  /** Since when the local store gets every write of the people in `dual-write` or later. */
  readonly fedSinceMs?: number;
  /**
   * The revision with which that began. Evidence from an older revision does not count, even where its clock
   * says that it is newer.
   */
  readonly fedSinceRevision?: number;
  /** The revision with which `shadow` was last reached. Comparisons from before do not count. */
  readonly shadowedSinceRevision?: number;
  /** Set on the way back from `complete`: writes since then have yet to be noted as pending. */
  readonly resyncSinceMs?: number;
  /** The newest last, at most `MAX_HISTORY`. */
  readonly history: readonly StageEvent[];
};

/** A record with the lists of the cohorts that it names. */
export interface Stage {
  readonly record: StageRecord;
  readonly cohorts: Cohorts;
}

/** Reads the lists of the cohorts that rollouts name; those that are `known` are not read again. */
export async function loadCohorts(
  records: Pick<RecordStore, 'read'>,
  rollouts: readonly Rollout[],
  known: Cohorts = new Map(),
): Promise<Cohorts> {
  const named = rollouts.map(({ ramp }) => ramp).filter((ramp): ramp is Cohort => ramp.kind === 'cohort');
  const loaded = named.map(
    async (cohort): Promise<[string, CohortMembers]> => [
      cohort.sha256,
      known.get(cohort.sha256) ?? (await loadCohort(records, cohort)),
    ],
  );
  return new Map(await Promise.all(loaded));
}

/** Every rollout that a record names now. */
export function rolloutsOf({ rollout, change }: StageRecord): readonly Rollout[] {
  return change ? [rollout, change.to] : [rollout];
}

/** The phases of a change for the subjects that it moves, one stage up or one down. */
export function phasesOf(from: Rollout, to: Rollout): readonly Phase[] {
  const step = movedStages(from, to);
  const phases = step ? phasesBetween(step.from, step.to) : [];
  // People whom the ramp left out may have a longer way.
  const [, below] = occupiedStages(from);
  const further = below && from.stage !== to.stage ? phasesBetween(below, to.stage) : [];
  return further.length > phases.length ? further : phases;
}

/** Whether a change from one rollout to another moves a subject. */
export function isMovedBy(from: Rollout, to: Rollout, cohorts: Cohorts, subjectKey: string): boolean {
  return stageOf(from, subjectKey, cohorts) !== stageOf(to, subjectKey, cohorts);
}

/** From which stage to which a change moves people; `undefined` where it moves none. */
function movedStages(
  from: Rollout,
  to: Rollout,
): { readonly from: Rollout['stage']; readonly to: Rollout['stage'] } | undefined {
  if (from.stage !== to.stage) return { from: from.stage, to: to.stage };
  const below = neighbour(from.stage, -1);
  // Within a stage a ramp only grows: see `countLeftOut`.
  return below && { from: below, to: to.stage };
}

/** How the requests about a subject are treated under a record. */
export function policyOf({ record, cohorts }: Stage, subjectKey: string | undefined): WritePolicy {
  const policy = policyByStage({ record, cohorts }, subjectKey);
  return record.resyncSinceMs === undefined ? policy : { ...policy, backendIsBehind: true };
}

function policyByStage(
  { record: { rollout, change }, cohorts }: Stage,
  subjectKey: string | undefined,
): WritePolicy {
  const before = stageOf(rollout, subjectKey, cohorts);
  const after = change ? stageOf(change.to, subjectKey, cohorts) : before;
  if (before === after || !change) return STEADY[before];
  return phasesBetween(before, after)[change.phase]?.policy ?? STEADY[after];
}

/** Whether every request is only streamed, so that no stage has to be confirmed first. */
export function onlyStreams({ rollout, change }: StageRecord): boolean {
  return [rollout, change?.to ?? rollout].every(
    ({ stage }) => stage === 'pass-through' || stage === 'shadow',
  );
}

/** Whether the stage is shadow, for all people or for a part, and nothing is changing. */
export function isShadowing({ rollout, change }: StageRecord): boolean {
  return rollout.stage === 'shadow' && change === undefined;
}

/** A record as it came from the store. */
export function asStageRecord(value: Json): StageRecord {
  if (!isStageRecord(value)) throw new Error('a stage record of a schema that is not known here');
  return value;
}

function isStageRecord(value: unknown): value is StageRecord {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
