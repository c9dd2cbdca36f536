import type { CoreParts } from '../../core/core-parts.ts';
import type { MigrationAtBackend } from '../exchange/migration-at-backend.ts';
import { awaitDrained } from '../replicas/await-drained.ts';
import type { ChangeParts } from '../stages/change-stage.ts';

/** One migration in the hands of whoever operates it. */
export interface OperatedBackend {
  readonly at: MigrationAtBackend;
  readonly core: CoreParts;
}

/** How long one look waits for the backlog, in milliseconds. */
const DRAIN_WAIT_MS = 2_000;

/** What a change of stage works with. */
export function changeParts({ at, core }: OperatedBackend): ChangeParts {
  return {
    records: core.records,
    clock: core.clock,
    name: at.name,
    isDrained: () => awaitDrained(at.replica, DRAIN_WAIT_MS),
  };
}
