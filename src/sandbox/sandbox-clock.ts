import type { Clock } from '../domain/index.ts';

/** A clock that tests set. */
export interface SandboxClock extends Clock {
  /** Goes on by so many milliseconds. */
  advance(durationMs: number): void;
}

/** Stands still at `fixedAtMs`; without it, goes with the time of day. */
export function createSandboxClock(fixedAtMs: number | undefined): SandboxClock {
  let aheadMs = 0;
  return {
    nowMs: () => (fixedAtMs ?? Date.now()) + aheadMs,
    advance(durationMs) {
      aheadMs += durationMs;
    },
  };
}
