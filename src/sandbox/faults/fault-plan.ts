import type { ProblemKind } from '../../domain/index.ts';

/** A fault. Members may be combined. With `problem`, latency and cuts apply to the response that tells the problem. */
export interface Fault {
  /** Answer with this problem, in the dialect's words, without doing anything else. */
  readonly problem?: ProblemKind;
  /** Wait this many milliseconds first. */
  readonly latencyMs?: number;
  /** Cut the connection after this many bytes of the response's body. */
  readonly cutAfterBytes?: number;
  /** Send the answer's body no faster than this. */
  readonly bytesPerSecond?: number;
  /** Show readers the state before the last write. */
  readonly stale?: boolean;
}

/** The calls that a plan applies to. A property that is left out matches every call. */
export interface CallMatch {
  readonly dialect?: string;
  readonly operationId?: string;
  /** Upper and lower case do not matter. */
  readonly method?: string;
  /** The start of the path. */
  readonly path?: string;
}

/** A fault, and when it happens. */
export interface FaultPlan extends Fault {
  readonly match?: CallMatch;
  /** Only at these of the matching calls, counted from 1; default: at each. */
  readonly at?: number | readonly number[];
}
