import { beginChange, finishChange, placementAbove, placementBelow } from '../stages/change-stage.ts';
import { EVERYBODY, isEverybody, type Placement, type Ramp } from '../stages/placement.ts';
import { STAGES } from '../stages/stage.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import { beginStage } from '../stages/stage-store.ts';
import { type Certificate, certificateSha256, examine } from './gate.ts';
import { changeParts, type OperatedBackend } from './operated-backend.ts';
import { resyncSinceComplete } from './resync.ts';
import { sweepShadow } from './sweep-shadow.ts';

/** What a step came to. */
export interface StepResult {
  readonly outcome: 'arrived' | 'under way' | 'refused' | 'nothing to do';
  readonly record: StageRecord;
  readonly certificate?: Certificate;
  readonly certificateSha256?: string;
  readonly nextSteps: readonly string[];
}

/** How to take a step. */
export interface StepOptions {
  /** Whom the step takes in; default: everybody. */
  readonly ramp?: Ramp;
  /** Goes on although a guard does not hold; kept in the history. */
  readonly override?: string;
  readonly timeoutMs: number;
  readonly onWait?: (record: StageRecord) => void;
}

/** One step up, or a wider ramp, if its guards hold. */
export async function advance(operated: OperatedBackend, options: StepOptions): Promise<StepResult> {
  const record = await stageOf(operated);
  const to = placementAbove(record.placement, options.ramp ?? EVERYBODY);
  return to ? step(operated, record, to, options) : nothing(record);
}

/** One step down for everybody. Nothing acknowledged is lost: what is owed is paid first. */
export async function back(operated: OperatedBackend, options: StepOptions): Promise<StepResult> {
  const record = await stageOf(operated);
  await resyncSinceComplete(operated);
  const to = placementBelow(record.placement);
  return to ? step(operated, await stageOf(operated), to, options) : nothing(record);
}

/** Waits for a change that somebody else began, or that was interrupted. */
export async function resume(
  operated: OperatedBackend,
  options: Pick<StepOptions, 'timeoutMs' | 'onWait'>,
): Promise<StepResult> {
  const record = await stageOf(operated);
  return finish(operated, record, options);
}

async function step(
  operated: OperatedBackend,
  record: StageRecord,
  to: Placement,
  options: StepOptions,
): Promise<StepResult> {
  const certificate = await examine(operated, record, to, options.override);
  const failing = certificate.guards.filter(({ holds }) => !holds);
  const underWay = record.change !== undefined;
  if (underWay || (failing.length > 0 && options.override === undefined)) {
    return { outcome: 'refused', record, certificate, nextSteps: failing.map(({ next }) => next) };
  }
  const sha256 = certificateSha256(certificate);
  await beginChange(changeParts(operated), to, {
    certificate: sha256,
    ...(options.override === undefined ? {} : { override: options.override }),
  });
  const result = await finish(operated, record, options);
  return { ...result, certificate, certificateSha256: sha256 };
}

async function finish(
  operated: OperatedBackend,
  before: StageRecord,
  options: Pick<StepOptions, 'timeoutMs' | 'onWait'>,
): Promise<StepResult> {
  const isThere = await finishChange(changeParts(operated), options);
  if (isThere) await tidy(operated, before);
  const record = await stageOf(operated);
  return {
    outcome: isThere ? 'arrived' : 'under way',
    record,
    nextSteps: isThere ? nextSteps(record.placement) : ['polyface migrate status --wait'],
  };
}

/** What a step leaves to be done once everybody has taken it. */
async function tidy(operated: OperatedBackend, { placement }: StageRecord): Promise<void> {
  const { placement: now } = await stageOf(operated);
  await resyncSinceComplete(operated);
  const leftShadow = placement.stage === 'shadow' && now.stage !== 'shadow' && isEverybody(now.ramp);
  if (leftShadow) await sweepShadow(operated);
}

/** What usually comes after a stage. */
export function nextSteps({ stage, ramp }: Placement): string[] {
  if (!isEverybody(ramp))
    return ['watch the backlog and the errors', 'polyface migrate advance, with a wider --percent'];
  return [...(NEXT[STAGES.indexOf(stage)] ?? [])];
}

const NEXT: readonly (readonly string[])[] = [
  ['polyface migrate advance (to shadow)'],
  ['polyface migrate parity, until the sample is large enough', 'polyface migrate advance (to dual-write)'],
  [
    'polyface backfill --dialect … --subjects FILE',
    'polyface backfill verify --dialect … --subjects FILE',
    'polyface migrate drill',
    'polyface migrate advance (to switched)',
  ],
  [
    'polyface migrate advance (to complete), when nobody wants to go back any more',
    'or: polyface migrate back',
  ],
  ['take the backend down'],
];

async function stageOf({ at, core }: OperatedBackend): Promise<StageRecord> {
  return (await beginStage(core.records, at.name, at.settings.initialStage)).record;
}

function nothing(record: StageRecord): StepResult {
  return { outcome: 'nothing to do', record, nextSteps: nextSteps(record.placement) };
}
