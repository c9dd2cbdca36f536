import { type Problem, ProblemError } from '../../domain/index.ts';
import {
  beginChange,
  cancelChange,
  finishChange,
  gatewaysBehind,
  rolloutAbove,
  rolloutBelow,
  type WantedRevisions,
} from '../stages/change-stage.ts';
import { EVERYBODY, isEverybody, occupiedStages, type Ramp, type Rollout } from '../stages/rollout.ts';
import { STAGES } from '../stages/stage.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import { beginStage } from '../stages/stage-store.ts';
import { changeParts } from './change-parts.ts';
import { examineStep, type GateReport, gateReportSha256 } from './gate.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { resyncSinceComplete } from './resync.ts';
import { sweepShadow } from './sweep-shadow.ts';
import { readWaitingFor, type WaitingFor, waitingSteps } from './waiting-for.ts';

/** The result of a step. */
export interface StepResult {
  readonly outcome: 'arrived' | 'cancelled' | 'under way' | 'refused' | 'nothing to do';
  readonly record: StageRecord;
  readonly gateReport?: GateReport;
  readonly gateReportSha256?: string;
  /** With `under way`: gateways and people. */
  readonly waitingFor?: WaitingFor;
  /** With `refused`: the reason, where it is not a guard of the gate. */
  readonly missing?: string;
  readonly nextSteps: readonly string[];
}

/** How to take a step. */
export interface StepOptions {
  /** Whom the step takes in; default: every person. */
  readonly ramp?: Ramp;
  /** The reason for going on although a guard does not hold; kept in the history. */
  readonly override?: string;
  readonly timeoutMs: number;
  readonly onWait?: (record: StageRecord) => void;
  /** The step is only taken from one of these revisions; otherwise `precondition-failed` is thrown. */
  readonly onlyAt?: WantedRevisions;
  /** Called when the stage record holds the step. Other callers with the same version are refused from then on. */
  readonly onBegin?: () => void;
}

/** How to carry on with a change. */
export type WaitOptions = Omit<StepOptions, 'ramp' | 'override'>;

/** One step up, or a wider ramp, if its guards hold. */
export async function advance(operated: OperatedBackend, options: StepOptions): Promise<StepResult> {
  const record = await readCaughtUp(operated);
  const to = rolloutAbove(record.rollout, options.ramp ?? EVERYBODY);
  return to ? step(operated, record, to, options) : nothing(record);
}

/**
 * One step down for every person. No acknowledged write is lost: pending replications are sent to the backend
 * first.
 */
export async function back(operated: OperatedBackend, options: StepOptions): Promise<StepResult> {
  const record = await readCaughtUp(operated);
  const to = rolloutBelow(record.rollout);
  return to ? step(operated, record, to, options) : nothing(record);
}

/** Turns a change under way around, and waits until every person is back in the earlier stage. */
export async function cancel(operated: OperatedBackend, options: WaitOptions): Promise<StepResult> {
  const before = await readRecord(operated);
  const { onlyAt, ...rest } = options;
  const cancelled = await cancelChange(changeParts(operated), onlyAt);
  if (cancelled === 'no change') return nothing(before);
  if (cancelled === 'too late') {
    return {
      outcome: 'refused',
      record: before,
      missing: `the last phase of the change to ${before.change?.to.stage} has no way back: let it arrive, then step from there`,
      waitingFor: await readWaitingFor(operated, before),
      nextSteps: ['polyface migrate status --wait', 'then polyface migrate advance'],
    };
  }
  options.onBegin?.();
  const result = await finishStep(operated, before, rest);
  return result.outcome === 'arrived' ? { ...result, outcome: 'cancelled' } : result;
}

/** Waits for a change that another command began, or that was interrupted. */
export async function resume(operated: OperatedBackend, options: WaitOptions): Promise<StepResult> {
  return finishStep(operated, await readRecord(operated), options);
}

const OVERTAKEN: ReadonlySet<Problem['kind']> = new Set(['conflict', 'precondition-failed']);

/** Whether a step failed because another operator was faster. */
export function wasOvertaken(cause: unknown): boolean {
  return cause instanceof ProblemError && OVERTAKEN.has(cause.problem.kind);
}

async function step(
  operated: OperatedBackend,
  record: StageRecord,
  to: Rollout,
  options: StepOptions,
): Promise<StepResult> {
  const gateReport = await examineStep(operated, record, to, options);
  const failing = gateReport.guards.filter(({ holds }) => !holds);
  const isOverridden = options.override !== undefined && !failing.some(({ isFirm }) => isFirm);
  if (failing.length > 0 && !isOverridden) {
    return { outcome: 'refused', record, gateReport, nextSteps: failing.map(({ next }) => next) };
  }
  const sha256 = gateReportSha256(gateReport);
  const { override, onlyAt, ...rest } = options;
  const evidence = { gateReport: sha256, ...(override === undefined ? {} : { override }) };
  if (onlyAt && !onlyAt.includes(record.revision)) throw new ProblemError({ kind: 'precondition-failed' });
  try {
    // The gate has examined this revision, so the step is taken from no other one.
    await beginChange(changeParts(operated), to, evidence, [record.revision]);
  } catch (cause) {
    // Who named a revision is told that it has changed.
    if (onlyAt || !wasOvertaken(cause)) throw cause;
    return {
      outcome: 'refused',
      record: await readRecord(operated),
      missing: 'another step was taken while the gate was examined',
      nextSteps: ['polyface migrate status', 'then the same command again'],
    };
  }
  options.onBegin?.();
  const result = await finishStep(operated, record, rest);
  return { ...result, gateReport, gateReportSha256: sha256 };
}

/** Waits for the change under way. Says what it waits for where the change has not arrived in time. */
export async function finishStep(
  operated: OperatedBackend,
  before: StageRecord,
  options: WaitOptions,
): Promise<StepResult> {
  const hasArrived = await finishChange(changeParts(operated), options);
  if (hasArrived) {
    await tidy(operated, before);
    const record = await readRecord(operated);
    return { outcome: 'arrived', record, nextSteps: nextSteps(record.rollout) };
  }
  const record = await readRecord(operated);
  const waitingFor = await readWaitingFor(operated, record);
  return { outcome: 'under way', record, waitingFor, nextSteps: waitingSteps(waitingFor, record) };
}

/** Does what a step leaves to do once it has taken effect for every person. */
async function tidy(operated: OperatedBackend, { rollout }: StageRecord): Promise<void> {
  const { rollout: now } = await readRecord(operated);
  await resyncSinceComplete(operated);
  const isInShadow = (at: Rollout) => occupiedStages(at).includes('shadow');
  if (isInShadow(rollout) && !isInShadow(now)) await sweepShadow(operated);
}

/** The usual next steps after a stage. */
export function nextSteps({ stage, ramp }: Rollout): string[] {
  if (!isEverybody(ramp))
    return ['watch the backlog and the errors', 'polyface migrate advance, with a wider --percent or --only'];
  return [...(NEXT[STAGES.indexOf(stage)] ?? [])];
}

const NEXT: readonly (readonly string[])[] = [
  ['polyface migrate advance (to shadow)'],
  ['polyface migrate parity, until the sample is large enough', 'polyface migrate advance (to dual-write)'],
  [
    'polyface backfill --dialect … --subjects FILE',
    'polyface backfill verify --dialect … --subjects FILE',
    'polyface migrate advance (to switched)',
  ],
  [
    'polyface migrate advance (to complete), when nobody wants to go back any more',
    'or: polyface migrate back',
  ],
  ['take the backend down'],
];

/** The record, once the writes of `complete` are noted for the backend, where that is possible now. */
async function readCaughtUp(operated: OperatedBackend): Promise<StageRecord> {
  const { at, core } = operated;
  const record = await readRecord(operated);
  if (record.resyncSinceMs === undefined) return record;
  // A gateway that still acts upon `complete` notes nothing. Only after it has left are all writes there that
  // have to be noted.
  const behind = await gatewaysBehind({ records: core.records, clock: core.clock, name: at.name }, record);
  if (behind.length === 0) await resyncSinceComplete(operated);
  return readRecord(operated);
}

async function readRecord({ at, core }: OperatedBackend): Promise<StageRecord> {
  return (await beginStage(core.records, at.name, at.settings.initialStage)).record;
}

function nothing(record: StageRecord): StepResult {
  return { outcome: 'nothing to do', record, nextSteps: nextSteps(record.rollout) };
}
