import {
  type Command,
  type CommandContext,
  type CommandExecutor,
  type CommandKind,
  type CommandOf,
  type OpenedSubject,
  type Outcome,
  type OutcomeOf,
  type Principal,
  ProblemError,
  type SubjectReference,
} from '../domain/index.ts';
import { type CommitOptions, commitImages } from './commit-images.ts';
import type { CoreParts, UseCaseParts } from './core-parts.ts';
import { deleteImages } from './delete-images.ts';
import { retryWithSurvivor } from './follow-merge.ts';
import { createKeyedLocks } from './keyed-locks.ts';
import { locateImages } from './locate-images.ts';
import { openDownload } from './open-download.ts';
import { openSubject } from './open-subject.ts';
import { runPeopleCommand } from './people-commands.ts';
import { discardPrepared, type PreparedImages, prepareImages } from './prepare-images.ts';
import { putImages } from './put-images.ts';
import { readImage } from './read-image.ts';
import { readSubject } from './read-subject.ts';
import { createSharedWork } from './shared-work.ts';

/** How many first reads may be under way at once. Each holds a copy of an original while it is decoded. */
const MAX_FIRST_READS = 8;

/** The use cases. */
export interface Core extends CommandExecutor {
  /** The first step of a put; hand the result to `commitImages` or to `discardPrepared`. */
  prepareImages(
    command: CommandOf<'put-images'>,
    context: CommandContext & { readonly opened: OpenedSubject },
  ): Promise<PreparedImages>;
  /** The second step of a put: the swap that acknowledges it. */
  commitImages(prepared: PreparedImages, options?: CommitOptions): Promise<OutcomeOf<'put-images'>>;
  /** Removes the bodies of a put that is not going to be committed. */
  discardPrepared(prepared: PreparedImages): void;
  /**
   * Does the work with the subject. Repeats it with the survivor where the record is fenced by a merge
   * (`MergedAwayError`).
   */
  retryWithSurvivor<T>(opened: OpenedSubject, work: (opened: OpenedSubject) => Promise<T>): Promise<T>;
}

/** See `Core`. */
export function createCore(given: CoreParts): Core {
  const parts: UseCaseParts = {
    ...given,
    firstReads: createSharedWork(MAX_FIRST_READS),
    subjectLocks: createKeyedLocks(),
  };
  return {
    open: (reference, principal) => openSubject(parts, reference, principal),
    // Each branch of `run` gives the outcome of its own command; the compiler cannot tie the two unions
    // together.
    execute: <K extends CommandKind>(command: Command, context: CommandContext) =>
      run(parts, command, context) as Promise<OutcomeOf<K>>,
    prepareImages: (command, context) => prepareImages(parts, command, context, context.opened),
    commitImages: (prepared, options) => commitImages(parts, prepared, options),
    discardPrepared: ({ images }) => discardPrepared(parts, images),
    retryWithSurvivor: (opened, work) => retryWithSurvivor(parts, opened, work),
  };
}

async function run(parts: UseCaseParts, command: Command, context: CommandContext): Promise<Outcome> {
  switch (command.kind) {
    case 'put-images':
      return putImages(parts, command, context, await openedSubject(parts, command.subject, context));
    case 'read-subject':
      return readSubject(parts, command, context, await openedSubject(parts, command.subject, context));
    case 'delete-images':
      return deleteImages(parts, command, context, await openedSubject(parts, command.subject, context));
    case 'read-image':
      return readImage(parts, command, context, await openedSubject(parts, command.subject, context));
    case 'locate-images':
      return locateImages(parts, command, context, requirePrincipal(context));
    case 'open-download':
      return openDownload(parts, command);
    case 'issue-token':
      return {
        kind: 'token-issued',
        ...(await parts.tokens.issue(context.dialect, command.key, command.secret)),
      };
    case 'check-credential':
      return { kind: 'credential-good' };
    case 'read-person':
    case 'list-people':
    case 'find-people':
    case 'change-person':
    case 'put-people':
    case 'merge-people':
    case 'erase-person':
      return runPeopleCommand(parts, command, requirePrincipal(context));
  }
}

async function openedSubject(
  parts: CoreParts,
  reference: SubjectReference,
  context: CommandContext,
): Promise<OpenedSubject> {
  return context.opened ?? openSubject(parts, reference, requirePrincipal(context));
}

function requirePrincipal({ principal }: CommandContext): Principal {
  if (!principal) throw new ProblemError({ kind: 'unauthenticated', reason: 'missing' });
  return principal;
}
