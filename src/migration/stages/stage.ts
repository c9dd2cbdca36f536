import type { MigrationStage } from '../../settings/migration-settings.ts';

/** The stages in order; a migration moves one step at a time, either way. */
export const STAGES = [
  'pass-through',
  'shadow',
  'dual-write',
  'switched',
  'complete',
] as const satisfies readonly MigrationStage[];

/** The stage one step up (`1`) or down (`-1`); `undefined` at the ends. */
export function neighbour(stage: MigrationStage, step: 1 | -1): MigrationStage | undefined {
  return STAGES[STAGES.indexOf(stage) + step];
}
