import { processorMs } from './processor-time.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Why a job was ended by force. `stall`: its time is over, but it got little processor time. */
export type Excess = 'time' | 'memory' | 'stall';

/** Bounds of one job. */
export interface JobBounds {
  readonly leftMs: number;
  readonly memoryBytes: number;
}

/**
 * A decoder allocates at most about 1 GB a second, so it can exceed the limit by some 20 MB between two
 * checks.
 */
const LOOK_EVERY_MS = 20;

/** A job whose time is over had a fair chance if it used at least this share of the time on a processor. */
const FAIR_SHARE_OF_PROCESSOR = 0.1;

/**
 * Watches a worker while it does a job, and calls `onExcess`, at most once, when the job goes over its
 * bounds. Returns the function that ends the watch.
 */
export function watchWorker(
  worker: Pick<WorkerProcess, 'pid' | 'residentBytes'>,
  bounds: JobBounds,
  onExcess: (excess: Excess) => void,
): () => void {
  const end = () => {
    clearTimeout(wall);
    clearInterval(looks);
  };
  const exceed = (excess: Excess) => {
    end();
    onExcess(excess);
  };
  let beganAtMs: number | undefined;
  const wall = setTimeout(() => exceed(hadItsChance() ? 'time' : 'stall'), bounds.leftMs);
  const looks = setInterval(() => {
    beganAtMs ??= processorMs(worker.pid);
    if ((worker.residentBytes() ?? 0) > bounds.memoryBytes) exceed('memory');
  }, LOOK_EVERY_MS);
  return end;

  /**
   * Without figures of processor time, only the time limit decides. A gateway that itself stood still has not
   * taken the first reading, so the job did not have its chance.
   */
  function hadItsChance(): boolean {
    const usedMs = processorMs(worker.pid);
    if (usedMs === undefined) return true;
    return beganAtMs !== undefined && usedMs - beganAtMs >= bounds.leftMs * FAIR_SHARE_OF_PROCESSOR;
  }
}
