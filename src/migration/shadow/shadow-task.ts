import type { CommandContext, CommandOf, HeldBytes, UpstreamOutcome } from '../../domain/index.ts';
import type { DifferingValues } from '../parity/differing-values.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { LevelVerdicts } from '../parity/verdict.ts';
import type { CaptureFailure } from '../requests/capture.ts';
import type { ForwardedCall } from '../requests/intercepted-call.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { ShadowedOperation } from './shadowed-operation.ts';

/** A command that is carried out again on the shadow. */
export type ShadowedCommand = CommandOf<ShadowedOperation['command']>;

/** A copy of the bodies that the client sent, kept until the shadow needs it. */
export interface ShadowCopy {
  /**
   * Returns the bodies, or the reason why there are none. Call it when the request is over. Never rejects. The
   * caller releases the bodies.
   */
  take(): Promise<readonly HeldBytes[] | CaptureFailure>;
  /** Discards the copy. */
  drop(): Promise<void>;
}

/** A request that the backend answered in the client's own dialect. */
export interface ShadowedRequest {
  readonly kind: 'request';
  readonly call: ForwardedCall;
  readonly answer: WholeAnswer;
}

/** A command that was sent to the backend in another dialect. Its answer cannot be compared on the wire. */
export interface ShadowedTranslation {
  readonly kind: 'translation';
  readonly call: ForwardedCall;
  readonly command: ShadowedCommand;
  readonly context: CommandContext;
  readonly outcome: UpstreamOutcome;
}

/** What the shadow has to repeat, after the client was served. */
export type ShadowTask = (ShadowedRequest | ShadowedTranslation) & {
  /** Finds the person, or the reason why the request is not compared. Called when no client is being served. */
  readonly operation: () => Promise<ShadowedOperation | NotComparedReason>;
  readonly copy: ShadowCopy;
};

/** How the result of the shadow compares with the backend's. */
export interface ShadowFinding {
  readonly levels: LevelVerdicts;
  /** Where the two answers differ on the wire. */
  readonly paths: readonly string[];
  readonly statuses?: readonly [theirs: number, ours: number];
  /** Paths at which they differ and are allowed to. */
  readonly ignored?: readonly string[];
  readonly values?: DifferingValues;
  /** Why a picture was not looked at although both sides say that there is one. */
  readonly notSeen?: NotComparedReason;
}

/**
 * Repeats a request on shadow subjects and compares the results. Returns the reason as a text where that was
 * not possible.
 */
export type Repeat<Task> = (
  task: Task,
  operation: ShadowedOperation,
  bodies: readonly HeldBytes[],
) => Promise<ShadowFinding | NotComparedReason>;
