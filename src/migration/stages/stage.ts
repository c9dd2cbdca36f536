import { type MigrationStage, STAGES } from '../../settings/migration-settings.ts';

export { STAGES };

/** The stage one step up (`1`) or down (`-1`); `undefined` at the ends. */
export function neighbour(stage: MigrationStage, step: 1 | -1): MigrationStage | undefined {
  return STAGES[STAGES.indexOf(stage) + step];
}
