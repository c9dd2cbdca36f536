import type { OperatedBackend } from '../operate/operated-backend.ts';
import type { Cohorts } from '../stages/cohort.ts';
import { loadCohorts, rolloutsOf, type Stage } from '../stages/stage-record.ts';
import { readStage } from '../stages/stage-store.ts';

/** The stage with its cohorts, no older than `maxAgeMs` milliseconds. `undefined`: the migration has not begun. */
export type StageReader = (maxAgeMs: number) => Promise<Stage | undefined>;

/** Reads the stage for a run over a list, and each list of a cohort once. */
export function createStageReader({ at, core }: OperatedBackend): StageReader {
  let cohorts: Cohorts = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let last: Promise<Stage | undefined> = Promise.resolve(undefined);
  async function read(): Promise<Stage | undefined> {
    const record = (await readStage(core.records, at.name))?.record;
    if (!record) return undefined;
    cohorts = await loadCohorts(core.records, rolloutsOf(record), cohorts);
    return { record, cohorts };
  }
  return (maxAgeMs) => {
    if (performance.now() - readAtMs >= maxAgeMs) {
      readAtMs = performance.now();
      last = read();
    }
    return last;
  };
}
