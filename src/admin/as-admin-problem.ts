import type { ProblemKind } from '../domain/index.ts';
import { problemOf } from '../gateway/responses/problem-of.ts';
import { AdminProblem } from './admin-problem.ts';

/** Turns a thrown value into the refusal that the operator sees. */
export function asAdminProblem(cause: unknown): AdminProblem {
  if (cause instanceof AdminProblem) return cause;
  const status = Error.isError(cause) && 'status' in cause ? cause.status : undefined;
  if (status === 413) return new AdminProblem(413, 'The body is too long.');
  if (status === 415)
    return new AdminProblem(415, 'A body is sent as UTF-8, without compression (Content-Encoding).');
  if (status === 400)
    return new AdminProblem(400, 'The body is not well-formed JSON, or the address is not well formed.');
  const { problem } = problemOf(cause);
  const told = NOT_THERE[problem.kind] ?? ([500, 'Something failed; the log says what.'] as const);
  return new AdminProblem(
    ...told,
    'retryAfterSeconds' in problem ? { retryAfterSeconds: problem.retryAfterSeconds } : {},
  );
}

/** Services that the gateway calls and that do not answer. The statuses are the same as on its public port. */
const NOT_THERE: Readonly<Partial<Record<ProblemKind, readonly [status: number, message: string]>>> = {
  'upstream-unavailable': [
    502,
    'The user service or the backend that was asked is not available; the log says why.',
  ],
  'upstream-timeout': [504, 'The backend that was asked did not answer in time.'],
  overloaded: [503, 'The store is not available or full, or too much is under way; the log says why.'],
};
