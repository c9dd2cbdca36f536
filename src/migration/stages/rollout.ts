import type { MigrationStage } from '../../settings/migration-settings.ts';
import type { Cohort, CohortMembers, Cohorts } from './cohort.ts';
import { neighbour } from './stage.ts';

/** Which subjects have reached a stage; the others stand one stage below. */
export type Ramp = { readonly kind: 'percent'; readonly percent: number } | Cohort;

/** Takes every person in. */
export const EVERYBODY: Ramp = { kind: 'percent', percent: 100 };

/** A stage with its ramp. */
export type Rollout = { readonly stage: MigrationStage; readonly ramp: Ramp };

/**
 * Whether a ramp takes the subject in; an unknown person comes last. A rising percentage only adds subjects,
 * because a subject's place comes from the key alone. Throws where the cohort was not loaded.
 */
export function isRampedIn(ramp: Ramp, subjectKey: string | undefined, cohorts: Cohorts): boolean {
  if (subjectKey === undefined) return isEverybody(ramp);
  return ramp.kind === 'cohort'
    ? membersOf(ramp, cohorts).has(subjectKey)
    : placeOf(subjectKey) < ramp.percent;
}

/** The stage of one subject under a rollout. */
export function stageOf(
  { stage, ramp }: Rollout,
  subjectKey: string | undefined,
  cohorts: Cohorts,
): MigrationStage {
  return isRampedIn(ramp, subjectKey, cohorts) ? stage : (neighbour(stage, -1) ?? stage);
}

/** The stages in which people stand under a rollout. */
export function occupiedStages({ stage, ramp }: Rollout): readonly MigrationStage[] {
  const below = isEverybody(ramp) ? undefined : neighbour(stage, -1);
  return below ? [stage, below] : [stage];
}

/** Whether a ramp takes every person in. */
export function isEverybody(ramp: Ramp): boolean {
  return ramp.kind === 'percent' && ramp.percent >= 100;
}

/** How many people of one ramp another one leaves out; `undefined` where that cannot be told. */
export function countLeftOut(before: Ramp, after: Ramp, cohorts: Cohorts): number | undefined {
  if (isEverybody(after)) return 0;
  if (before.kind === 'percent') {
    return after.kind === 'percent' && after.percent >= before.percent ? 0 : undefined;
  }
  let leftOut = 0;
  for (const key of membersOf(before, cohorts).keys()) if (!isRampedIn(after, key, cohorts)) leftOut += 1;
  return leftOut;
}

function membersOf({ name, sha256 }: Cohort, cohorts: Cohorts): CohortMembers {
  const members = cohorts.get(sha256);
  if (!members) throw new Error(`the cohort ${name} was not loaded`);
  return members;
}

/** A place from 0 to 100, evenly spread. Subject keys are digests, so their first digits are enough. */
function placeOf(subjectKey: string): number {
  return (Number.parseInt(subjectKey.slice(0, 8), 16) / 0x1_0000_0000) * 100;
}
