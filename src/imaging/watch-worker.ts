import { residentBytes } from './resident-memory.ts';

/** Why a job was ended by force. */
export type Excess = 'time' | 'memory';

/** Bounds of one job. */
export interface JobBounds {
  readonly leftMs: number;
  readonly memoryBytes: number;
}

/** A decoder allocates about 1 GB a second at most: what can slip past the ceiling between two looks is some 20 MB. */
const LOOK_EVERY_MS = 20;

/**
 * Looks after a worker while it does a job and calls `onExcess`, at most once, when it goes over its bounds. Returns the function
 * that ends the watch.
 */
export function watchWorker(pid: number, bounds: JobBounds, onExcess: (excess: Excess) => void): () => void {
  const end = () => {
    clearTimeout(wall);
    clearInterval(looks);
  };
  const exceed = (excess: Excess) => {
    end();
    onExcess(excess);
  };
  const wall = setTimeout(() => exceed('time'), bounds.leftMs);
  const looks = setInterval(() => {
    if ((residentBytes(pid) ?? 0) > bounds.memoryBytes) exceed('memory');
  }, LOOK_EVERY_MS);
  return end;
}
