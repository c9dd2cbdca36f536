import type { MigrationStage } from '../../settings/migration-settings.ts';
import { neighbour } from './stage.ts';

/** Which subjects have reached a stage; the others stand one stage below. */
export type Ramp =
  | { readonly kind: 'percent'; readonly percent: number }
  /** Subject keys. */
  | { readonly kind: 'list'; readonly keys: readonly string[] };

/** Everybody. */
export const EVERYBODY: Ramp = { kind: 'percent', percent: 100 };

/** A stage with its ramp. */
export type Placement = { readonly stage: MigrationStage; readonly ramp: Ramp };

/** Whether a ramp takes the subject in; nobody in particular comes last. Rising percentages only ever add subjects: the place comes from the key alone. */
export function isRampedIn(ramp: Ramp, subjectKey: string | undefined): boolean {
  if (subjectKey === undefined) return isEverybody(ramp);
  return ramp.kind === 'list' ? ramp.keys.includes(subjectKey) : placeOf(subjectKey) < ramp.percent;
}

/** The stage of one subject under a placement. */
export function stageOf({ stage, ramp }: Placement, subjectKey: string | undefined): MigrationStage {
  return isRampedIn(ramp, subjectKey) ? stage : (neighbour(stage, -1) ?? stage);
}

/** Whether a ramp leaves nobody out. */
export function isEverybody(ramp: Ramp): boolean {
  return ramp.kind === 'percent' && ramp.percent >= 100;
}

/** 0 to 100, evenly spread: subject keys are digests, so their first digits will do. */
function placeOf(subjectKey: string): number {
  return (Number.parseInt(subjectKey.slice(0, 8), 16) / 0x1_0000_0000) * 100;
}
