import type { Json } from '../../domain/index.ts';
import { type Conduct, type Phase, phasesBetween, STEADY } from './conduct.ts';
import { type Placement, stageOf } from './placement.ts';
import { neighbour } from './stage.ts';

/** A change under way. */
export type StageChange = {
  readonly to: Placement;
  /** Index into `phasesOf`. */
  readonly phase: number;
  readonly startedAtMs: number;
};

/** One line of the migration's history. */
export type StageEvent = {
  readonly atMs: number;
  readonly from: Placement;
  readonly to: Placement;
  /** Why the gate was overridden. */
  readonly override?: string;
  /** SHA-256 of the certificate that opened the gate. */
  readonly certificate?: string;
};

/** Where one tenant's migration of one dialect stands. */
export type StageRecord = {
  readonly schema: 1;
  /** Rises with every change of what gateways do. */
  readonly revision: number;
  readonly placement: Placement;
  readonly change?: StageChange;
  /** When `complete` was reached; a way back starts from there. */
  readonly completedAtMs?: number;
  /** Set on the way back from `complete`: what was written since then has yet to be noted as a debt. */
  readonly resyncSinceMs?: number;
  /** The newest last, at most 100. */
  readonly history: readonly StageEvent[];
};

/** The step that a change makes for the subjects that it moves: one stage up or one down. */
export function phasesOf(from: Placement, to: Placement): readonly Phase[] {
  const step = movedStages(from, to);
  return step ? phasesBetween(step.from, step.to) : [];
}

/** From which stage to which a change moves those whom it moves; `undefined` where it moves nobody. */
function movedStages(
  from: Placement,
  to: Placement,
): { readonly from: Placement['stage']; readonly to: Placement['stage'] } | undefined {
  if (from.stage !== to.stage) return { from: from.stage, to: to.stage };
  const below = neighbour(from.stage, -1);
  if (!below) return undefined;
  return isShrinking(from, to) ? { from: from.stage, to: below } : { from: below, to: to.stage };
}

/** How the requests about a subject are treated under a record. */
export function conductOf({ placement, change }: StageRecord, subjectKey: string | undefined): Conduct {
  const before = stageOf(placement, subjectKey);
  const after = change ? stageOf(change.to, subjectKey) : before;
  if (before === after || !change) return STEADY[before];
  return phasesBetween(before, after)[change.phase]?.conduct ?? STEADY[after];
}

/** Whether nobody's request needs more than streaming, so that no stage has to be confirmed first. */
export function onlyStreams({ placement, change }: StageRecord): boolean {
  return [placement, change?.to ?? placement].every(
    ({ stage }) => stage === 'pass-through' || stage === 'shadow',
  );
}

/** Whether the stage is shadow, for everybody or for a part, and nothing is changing. */
export function isShadowing({ placement, change }: StageRecord): boolean {
  return placement.stage === 'shadow' && change === undefined;
}

function isShrinking(from: Placement, to: Placement): boolean {
  if (from.ramp.kind === 'percent' && to.ramp.kind === 'percent') return to.ramp.percent < from.ramp.percent;
  if (from.ramp.kind === 'list' && to.ramp.kind === 'list')
    return to.ramp.keys.length < from.ramp.keys.length;
  return from.ramp.kind === 'percent' && from.ramp.percent >= 100;
}

/** A record as it came from the store. */
export function asStageRecord(value: Json): StageRecord {
  if (!isStageRecord(value)) throw new Error('a stage record of a schema that is not known here');
  return value;
}

function isStageRecord(value: unknown): value is StageRecord {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
