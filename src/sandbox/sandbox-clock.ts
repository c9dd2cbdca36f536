import type { Clock } from '../domain/index.ts';

/** A clock that tests can set. */
export interface SandboxClock extends Clock {
  /** Moves the clock forward by so many milliseconds. */
  advance(durationMs: number): void;
}

/** Stays at `fixedAtMs`; without it, follows the time of day. */
export function createSandboxClock(fixedAtMs: number | undefined): SandboxClock {
  let aheadMs = 0;
  return {
    nowMs: () => (fixedAtMs ?? Date.now()) + aheadMs,
    advance(durationMs) {
      aheadMs += durationMs;
    },
  };
}
