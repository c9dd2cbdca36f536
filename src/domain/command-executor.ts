import type { Command, CommandKind, CommandOf } from './command.ts';
import type { IntakePolicy } from './intake-policy.ts';
import type { OutcomeOf } from './outcome.ts';
import type { Principal } from './principal.ts';
import type { StoredPicture, SubjectRecord } from './profile-image.ts';
import type { Rendition } from './rendition.ts';
import type { Subject, SubjectReference } from './subject.ts';

/** Who asks, through which dialect, and what they get to see. */
export interface CommandContext {
  readonly dialect: string;
  /** Absent for public operations. */
  readonly principal?: Principal;
  readonly intake: IntakePolicy;
  readonly rendition: Rendition;
  /** Set when the answer prints download addresses. */
  readonly links?: { readonly ttlSeconds: number };
  /** Where signed addresses point, `https://host[:port]`. */
  readonly baseUrl: string;
  /** What `open` found before the body was received. */
  readonly opened?: OpenedSubject;
  /** Replicas that a write leaves behind: noted in the record by the same swap that acknowledges it. */
  readonly owes?: readonly string[];
  /**
   * Called for a put when everything is verified and durable and nothing but the swap is left; again where others were faster.
   * `'goes in'`: from now on the put is committed whatever others commit meanwhile, and nobody is asked again. A rejection leaves the old
   * pictures and is the caller's answer; the bodies are then the callee's to discard.
   */
  readonly beforeCommit?: (prepared: PreparedPut) => Promise<'goes in' | 'as always'>;
}

/** A put that only its swap keeps from being acknowledged. */
export interface PreparedPut {
  readonly subject: Subject;
  /** Of the record that the swap will replace. */
  readonly generation: number;
  readonly images: readonly {
    readonly slot: number;
    readonly imageId: string;
    readonly original: StoredPicture;
    /** Keys of the bodies written for this put; empty where the bodies of the picture in place are used again. */
    readonly bodyKeys: readonly string[];
  }[];
}

/** A subject at the moment when the request began. */
export interface OpenedSubject {
  readonly subject: Subject;
  /** 0 where nothing was ever written. */
  readonly generation: number;
  /** The record as it was then, for a swap that proves nothing was committed since. */
  readonly snapshot?: { readonly record: SubjectRecord; readonly version: string };
}

/** Carries out commands. `core` does; the migration shim wraps it. */
export interface CommandExecutor {
  /**
   * Finds the subject, in the principal's tenant alone. Throws `ProblemError` `subject-not-found`.
   */
  open(reference: SubjectReference, principal: Principal): Promise<OpenedSubject>;
  /** Throws `ProblemError` for whatever cannot be done; a failed put leaves the old picture. */
  execute<K extends CommandKind>(
    command: CommandOf<K> & Command,
    context: CommandContext,
  ): Promise<OutcomeOf<K>>;
}
