import { processorMs } from './processor-time.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Why a job was ended by force. `stall`: its time is over, but the machine gave it little of the processor. */
export type Excess = 'time' | 'memory' | 'stall';

/** Bounds of one job. */
export interface JobBounds {
  readonly leftMs: number;
  readonly memoryBytes: number;
}

/** A decoder allocates about 1 GB a second at most: what can slip past the ceiling between two looks is some 20 MB. */
const LOOK_EVERY_MS = 20;

/** A job whose time is over has had its chance if it used at least this share of it on a processor. */
const FAIR_SHARE_OF_PROCESSOR = 0.1;

/**
 * Looks after a worker while it does a job and calls `onExcess`, at most once, when it goes over its bounds. Returns the function
 * that ends the watch.
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

  /** Where nobody can say, the wall alone decides. A gateway that stood still itself has not looked once. */
  function hadItsChance(): boolean {
    const usedMs = processorMs(worker.pid);
    if (usedMs === undefined) return true;
    return beganAtMs !== undefined && usedMs - beganAtMs >= bounds.leftMs * FAIR_SHARE_OF_PROCESSOR;
  }
}
