import { setTimeout as pause } from 'node:timers/promises';
import { ProblemError } from '../../domain/index.ts';

/**
 * Waits for the caller's turn to send one request. Rejects with `ProblemError` `upstream-unavailable` where
 * the signal fires first, because nothing was sent.
 */
export type Pace = (signal?: AbortSignal) => Promise<void>;

/** Spreads requests evenly. */
export function createPace(requestsPerSecond: number): Pace {
  let nextAt = 0;
  return async (signal) => {
    const at = Math.max(performance.now(), nextAt);
    nextAt = at + 1000 / requestsPerSecond;
    try {
      await pause(Math.max(0, at - performance.now()), undefined, { signal });
    } catch (cause) {
      throw new ProblemError({ kind: 'upstream-unavailable' }, { cause });
    }
  };
}
