import { ProblemError } from '../../domain/index.ts';

/** How long to wait before the backend is asked again: as long as it asked for with a 429, else `ms`. */
export function pauseAfter(cause: unknown, ms: number): number {
  const said =
    cause instanceof Error && cause.cause instanceof ProblemError ? cause.cause.problem : undefined;
  return said?.kind === 'rate-limited' ? said.retryAfterSeconds * 1000 : ms;
}
