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
const CHECK_EVERY_MS = 20;

/** A job had a fair chance if it spent at least this share of its time on a processor. */
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
    clearTimeout(timeout);
    clearInterval(checks);
  };
  const exceed = (excess: Excess) => {
    end();
    onExcess(excess);
  };
  let beganAtMs: number | undefined;
  const timeout = setTimeout(() => exceed(hadFairChance() ? 'time' : 'stall'), bounds.leftMs);
  const checks = setInterval(() => {
    beganAtMs ??= processorMs(worker.pid);
    if ((worker.residentBytes() ?? 0) > bounds.memoryBytes) exceed('memory');
  }, CHECK_EVERY_MS);
  return end;

  /**
   * Whether the job got enough processor time. Where the system gives no figures, only the time limit decides.
   * If the gateway itself stood still, it did not take the first reading. Then the job had no fair chance.
   */
  function hadFairChance(): boolean {
    const usedMs = processorMs(worker.pid);
    if (usedMs === undefined) return true;
    return beganAtMs !== undefined && usedMs - beganAtMs >= bounds.leftMs * FAIR_SHARE_OF_PROCESSOR;
  }
}
