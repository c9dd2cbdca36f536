import type { CommandContext, CommandOf, HeldBytes, UpstreamOutcome } from '../../domain/index.ts';
import type { CaptureFailure } from '../exchange/capture.ts';
import type { ForwardedCall } from '../exchange/intercepted-call.ts';
import type { DifferingValues } from '../parity/differing-values.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { LevelVerdicts } from '../parity/verdict.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { ShadowSubject } from './shadow-subject.ts';

/** A command that is done once more here. */
export type ShadowedCommand = CommandOf<ShadowSubject['command']>;

/** What the client sent, kept until the shadow gets to it. */
export interface ShadowCopy {
  /** The bodies, or why there are none; call it when the request is over. Never rejects. Whoever takes them releases them. */
  take(): Promise<readonly HeldBytes[] | CaptureFailure>;
  /** Gives the copy up. */
  drop(): Promise<void>;
}

/** A request that the backend answered in the client's own dialect. */
export interface ShadowedRequest {
  readonly kind: 'request';
  readonly call: ForwardedCall;
  readonly answer: WholeAnswer;
}

/** A command that the backend was told in another dialect: there is no answer of the backend's to compare on the wire. */
export interface ShadowedTranslation {
  readonly kind: 'translation';
  readonly call: ForwardedCall;
  readonly command: ShadowedCommand;
  readonly context: CommandContext;
  readonly outcome: UpstreamOutcome;
}

/** A shadowed exchange after its client was served. */
export type ShadowExchange = (ShadowedRequest | ShadowedTranslation) & {
  /** Whom it is about, or why it is not compared; asked when clients leave time for it. */
  readonly subject: () => Promise<ShadowSubject | NotComparedReason>;
  readonly copy: ShadowCopy;
};

/** What became of it here, held against what the backend made of it. */
export interface ShadowFinding {
  readonly levels: LevelVerdicts;
  /** Where the two answers differ on the wire. */
  readonly paths: readonly string[];
  readonly statuses?: readonly [theirs: number, ours: number];
  /** Where they differ, too, and may. */
  readonly ignored?: readonly string[];
  readonly values?: DifferingValues;
  /** Why a picture was not looked at although both sides say that there is one. */
  readonly notSeen?: NotComparedReason;
}

/** Does a request once more, on shadow subjects, and compares; a text says why that was not possible. */
export type Repeat<RequestContext> = (
  exchange: RequestContext,
  subject: ShadowSubject,
  bodies: readonly HeldBytes[],
) => Promise<ShadowFinding | NotComparedReason>;
