import { ProblemError } from '../../domain/index.ts';

/** A backend that asks for more is asked again all the same: a person must not hold a place for a day. */
const LONGEST_PAUSE_MS = 600_000;

/** How long to wait before the backend is asked again: as long as it asked for with a 429, else `ms`. */
export function pauseAfter(cause: unknown, ms: number): number {
  const said =
    cause instanceof Error && cause.cause instanceof ProblemError ? cause.cause.problem : undefined;
  return said?.kind === 'rate-limited' ? Math.min(said.retryAfterSeconds * 1000, LONGEST_PAUSE_MS) : ms;
}
