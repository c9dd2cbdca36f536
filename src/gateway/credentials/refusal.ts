import { ProblemError } from '../../domain/index.ts';

/**
 * The refusal of a credential. It never carries a cause, because a cause goes to the log, and errors of JWT
 * libraries hold the token's claims.
 */
export function unauthenticated(reason: 'missing' | 'invalid' | 'expired'): ProblemError {
  return new ProblemError({ kind: 'unauthenticated', reason });
}

/** Whether an error is the refusal of a credential, for one reason or any. */
export function isRefusal(error: unknown, reason?: 'missing' | 'invalid' | 'expired'): boolean {
  if (!(error instanceof ProblemError) || error.problem.kind !== 'unauthenticated') return false;
  return reason === undefined || error.problem.reason === reason;
}
