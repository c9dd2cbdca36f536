import { type Problem, ProblemError, StoreError } from '../../domain/index.ts';

/** A problem, and whether an operator should look into its cause. */
export interface Diagnosis {
  readonly problem: Problem;
  /** `true`: the error was unexpected, or a backend failed. The cause belongs in the log. */
  readonly unexpected: boolean;
}

/** Turns a thrown value into the problem that the caller is told. */
export function problemOf(thrown: unknown): Diagnosis {
  if (thrown instanceof ProblemError) {
    return {
      problem: thrown.problem,
      unexpected: thrown.problem.kind === 'internal' || thrown.cause !== undefined,
    };
  }
  if (thrown instanceof StoreError) {
    return { problem: STORE_PROBLEMS[thrown.reason], unexpected: true };
  }
  return { problem: { kind: 'internal' }, unexpected: true };
}

/**
 * A store that is unavailable comes back soon; a full one needs an operator first. Damage and refused access
 * are the gateway's own fault, not the caller's.
 */
const STORE_PROBLEMS = {
  unavailable: { kind: 'overloaded', retryAfterSeconds: 5 },
  full: { kind: 'overloaded', retryAfterSeconds: 60 },
  denied: { kind: 'internal' },
  damaged: { kind: 'internal' },
} as const satisfies Record<StoreError['reason'], Problem>;
