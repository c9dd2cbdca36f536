import {
  type Command,
  type CommandContext,
  type CommandExecutor,
  type CommandKind,
  type OpenedSubject,
  type Outcome,
  type OutcomeOf,
  type Principal,
  ProblemError,
  type SubjectReference,
} from '../domain/index.ts';
import type { CoreParts, UseCaseParts } from './core-parts.ts';
import { deleteImages } from './delete-images.ts';
import { locateImages } from './locate-images.ts';
import { openDownload } from './open-download.ts';
import { openSubject } from './open-subject.ts';
import { putImages } from './put-images.ts';
import { readImage } from './read-image.ts';
import { readSubject } from './read-subject.ts';
import { createSharedWork } from './shared-work.ts';

/** First reads under way at once: each holds a copy of an original while it is decoded. */
const MAX_FIRST_READS = 8;

/** The use cases behind one door. */
export function createCommandExecutor(given: CoreParts): CommandExecutor {
  const parts: UseCaseParts = { ...given, firstReads: createSharedWork(MAX_FIRST_READS) };
  const executor: CommandExecutor = {
    open: (reference, principal) => openSubject(parts, reference, principal),
    // Each branch of `run` gives the outcome of its own command; the compiler cannot tie the two unions together.
    execute: <K extends CommandKind>(command: Command, context: CommandContext) =>
      run(parts, command, context) as Promise<OutcomeOf<K>>,
  };
  return executor;
}

async function run(parts: UseCaseParts, command: Command, context: CommandContext): Promise<Outcome> {
  switch (command.kind) {
    case 'put-images':
      return putImages(parts, command, context, await opened(parts, command.subject, context));
    case 'read-subject':
      return readSubject(parts, command, context, await opened(parts, command.subject, context));
    case 'delete-images':
      return deleteImages(parts, command, context, await opened(parts, command.subject, context));
    case 'read-image':
      return readImage(parts, command, context, await opened(parts, command.subject, context));
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
  }
}

async function opened(
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
