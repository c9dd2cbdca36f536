import { isDrained } from '../replicas/unfinished-writes.ts';
import type { ChangeParts } from '../stages/change-stage.ts';
import type { Cohorts } from '../stages/cohort.ts';
import { isMovedBy, loadCohorts, rolloutsOf } from '../stages/stage-record.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { settleHere } from './settle-here.ts';

/** What a change of stage works with. */
export function changeParts(operated: OperatedBackend): ChangeParts {
  const { at, core } = operated;
  // A change looks at a list many times, but reads it once.
  let known: Cohorts | undefined;
  return {
    records: core.records,
    clock: core.clock,
    name: at.name,
    async isDrained(record) {
      const { rollout, change } = record;
      if (!change) return true;
      const cohorts = await loadCohorts(core.records, rolloutsOf(record), known);
      known = cohorts;
      const concerns = (key: string) => isMovedBy(rollout, change.to, cohorts, key);
      const beganBeforeMs = change.fencedAtMs ?? core.clock.nowMs();
      return change.abandonsBackend
        ? settleHere(operated, beganBeforeMs, concerns)
        : isDrained(at.replica, { beganBeforeMs, concerns });
    },
  };
}
