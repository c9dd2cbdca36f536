import type { Command, CommandKind, CommandOf } from './command.ts';
import type { IntakePolicy } from './intake-policy.ts';
import type { OutcomeOf } from './outcome.ts';
import type { Principal } from './principal.ts';
import type { RecordSnapshot } from './profile-image.ts';
import type { Rendition } from './rendition.ts';
import type { Subject, SubjectReference } from './subject.ts';

/** The caller, the dialect of the call, and what the answer shows. */
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
  /** Replicas that lack a write. The swap that acknowledges the write notes them in the record. */
  readonly pendingReplicas?: readonly string[];
}

/** A subject as it was when the request began. */
export interface OpenedSubject {
  readonly subject: Subject;
  /** 0 where nothing was ever written. */
  readonly generation: number;
  /** The record as it was then. A swap against it proves that nothing was committed since. */
  readonly snapshot: RecordSnapshot;
}

/** Carries out commands. `core` does; the migration shim wraps it. */
export interface CommandExecutor {
  /** Finds the subject, in the principal's tenant only. Throws `ProblemError` `subject-not-found`. */
  open(reference: SubjectReference, principal: Principal): Promise<OpenedSubject>;
  /** Throws `ProblemError` when the command cannot be carried out. A failed put leaves the old picture. */
  execute<K extends CommandKind>(
    command: CommandOf<K> & Command,
    context: CommandContext,
  ): Promise<OutcomeOf<K>>;
}
