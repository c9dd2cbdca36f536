import { type Problem, ProblemError, StoreError } from '../../domain/index.ts';

/** A problem and whether somebody should look into its cause. */
export interface Diagnosis {
  readonly problem: Problem;
  /** `true`: nobody foresaw it, or a backend failed; the cause belongs in the log. */
  readonly unexpected: boolean;
}

/** Turns whatever was thrown into the problem that the caller is told of. */
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

/** A backend that is away comes back; a full one needs somebody; damage and refusals are ours to explain, not the caller's. */
const STORE_PROBLEMS = {
  unavailable: { kind: 'overloaded', retryAfterSeconds: 5 },
  full: { kind: 'overloaded', retryAfterSeconds: 60 },
  denied: { kind: 'internal' },
  damaged: { kind: 'internal' },
} as const satisfies Record<StoreError['reason'], Problem>;
