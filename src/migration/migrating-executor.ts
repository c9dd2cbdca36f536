import {
  type Command,
  type CommandContext,
  type CommandExecutor,
  type CommandKind,
  type CommandOf,
  type OpenedSubject,
  type Outcome,
  type OutcomeOf,
  ProblemError,
  type Subject,
} from '../domain/index.ts';
import type { BackendCommand, BackendReply } from './replicas/backend.ts';
import { ensureCopied } from './replicas/ensure-copied.ts';
import type { ReplicaParts } from './replicas/replica-parts.ts';
import { deleteBoth, putBoth } from './replicas/write-both.ts';
import type { Conduct } from './stages/conduct.ts';

/** A backend of the tenant, and how its subjects are treated at this moment. */
export interface MigrationAtWork {
  readonly replica: ReplicaParts;
  /** A write has left a debt. */
  readonly hurry?: (subject: Subject) => void;
  /** `undefined`: whoever is nobody in particular. */
  conductOf(subjectKey: string | undefined): Conduct;
}

/** Carries commands out at the backend alone, in the words of another dialect. */
export interface BackendTranslator {
  execute(command: BackendCommand, context: CommandContext, opened?: OpenedSubject): Promise<Outcome>;
}

/** What a migrating executor works with. */
export interface MigratingParts {
  readonly core: CommandExecutor;
  /** The backend behind the caller's own dialect. */
  readonly front?: MigrationAtWork;
  /** The tenant's backends behind other dialects: they have to hear of what is written through this one. */
  readonly others: readonly MigrationAtWork[];
  /** How the caller's write goes to the backend; default: translated from the command. */
  readonly send?: (command: BackendCommand, opened: OpenedSubject) => Promise<BackendReply>;
  /** Finds the subject; default: `core` does, which reads the own store. */
  readonly open?: CommandExecutor['open'];
  /** For what the backend answers on its own. */
  readonly translator?: BackendTranslator;
}

/** The gateway's executor for one exchange of a tenant that is being migrated. */
export function createMigratingExecutor(parts: MigratingParts): CommandExecutor {
  return {
    open: (reference, principal) => (parts.open ?? parts.core.open)(reference, principal),
    execute: <K extends CommandKind>(command: Command, context: CommandContext) =>
      run(parts, command, context) as Promise<OutcomeOf<K>>,
  };
}

async function run(parts: MigratingParts, command: Command, context: CommandContext): Promise<Outcome> {
  switch (command.kind) {
    case 'put-images':
    case 'delete-images':
      return write(parts, command, context, await opened(parts, command, context));
    case 'read-subject':
    case 'read-image':
      return read(parts, command, context, await opened(parts, command, context));
    case 'locate-images':
      return parts.translator && parts.front?.conductOf(undefined).read === 'backend'
        ? parts.translator.execute(command, context)
        : parts.core.execute(command, context);
    case 'open-download':
    case 'issue-token':
    case 'check-credential':
      return parts.core.execute(command, context);
  }
}

async function opened(
  { core }: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images' | 'read-subject' | 'read-image'>,
  context: CommandContext,
): Promise<OpenedSubject> {
  if (context.opened) return context.opened;
  if (!context.principal) throw new ProblemError({ kind: 'unauthenticated', reason: 'missing' });
  return core.open(command.subject, context.principal);
}

async function read(
  { core, front, translator }: MigratingParts,
  command: CommandOf<'read-subject' | 'read-image'>,
  context: CommandContext,
  found: OpenedSubject,
): Promise<Outcome> {
  const conduct = front?.conductOf(found.subject.key);
  if (!front || !conduct || conduct.write === 'own-only') {
    return core.execute(command, { ...context, opened: found });
  }
  if (conduct.read === 'backend') {
    if (!translator || command.kind === 'read-image')
      throw new ProblemError({ kind: 'upstream-unavailable' });
    return translator.execute(command, context, found);
  }
  return core.execute(command, { ...context, opened: await ensureCopied(front.replica, found) });
}

async function write(
  parts: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext,
  found: OpenedSubject,
): Promise<Outcome> {
  const { key } = found.subject;
  const conduct = parts.front?.conductOf(key);
  if (parts.front && conduct?.write === 'stream') {
    if (!parts.translator) throw new ProblemError({ kind: 'upstream-unavailable' });
    return parts.translator.execute(command, context, found);
  }
  const owedAtWork = owedBy(parts, key, conduct);
  const owed = owedAtWork.map(({ replica }) => replica);
  const current = await copiedBefore(owed, command, found);
  const owing = owingContext(context, owed, current);
  // A delete prepares nothing, so there is no later moment.
  if (command.kind === 'delete-images') await touchAll(owed, current.subject, current.generation);
  if (parts.front && conduct?.write === 'both') {
    return writeBoth(parts, parts.front, conduct, command, owing, current);
  }
  const outcome = await parts.core.execute(command, owing);
  for (const { hurry } of owedAtWork) hurry?.(current.subject);
  return outcome;
}

/** The backends that the write has to reach later: the front's own where own comes first, and all others that are fed. */
function owedBy(
  { front, others }: MigratingParts,
  subjectKey: string,
  conduct: Conduct | undefined,
): readonly MigrationAtWork[] {
  const fed = others.filter((other) => ['both', 'own'].includes(other.conductOf(subjectKey).write));
  const first = front && conduct?.write === 'own' ? [front] : [];
  return [...first, ...fed];
}

/** What a first write does not replace has to be copied before it, or it never will be. */
async function copiedBefore(
  owed: readonly ReplicaParts[],
  command: CommandOf<'put-images' | 'delete-images'>,
  found: OpenedSubject,
): Promise<OpenedSubject> {
  let current = found;
  for (const replica of owed) {
    requireExpressible(replica, command);
    if (current.generation === 0 && !replacesAll(replica, command)) {
      current = await ensureCopied(replica, current);
    }
  }
  return current;
}

function replacesAll({ backend }: ReplicaParts, command: CommandOf<'put-images' | 'delete-images'>): boolean {
  if (command.kind === 'delete-images') return false;
  return new Set(command.images.map(({ slot }) => slot)).size >= backend.slots;
}

/** A backend without a word for deletes would bring the picture back on the day of a rollback. */
function requireExpressible(
  { backend }: ReplicaParts,
  { kind }: CommandOf<'put-images' | 'delete-images'>,
): void {
  if (kind === 'delete-images' && !backend.canDelete) {
    throw new ProblemError({ kind: 'method-not-allowed', allow: [] });
  }
}

function owingContext(
  context: CommandContext,
  owed: readonly ReplicaParts[],
  current: OpenedSubject,
): CommandContext {
  if (owed.length === 0) return { ...context, opened: current };
  const beforeCommit: CommandContext['beforeCommit'] = async ({ subject, generation }) => {
    await touchAll(owed, subject, generation);
    return 'as always';
  };
  return { ...context, opened: current, owes: owed.map(({ replica }) => replica), beforeCommit };
}

async function touchAll(
  owed: readonly ReplicaParts[],
  subject: OpenedSubject['subject'],
  generation: number,
): Promise<void> {
  for (const { journal } of owed) await journal.touch(subject, generation);
}

async function writeBoth(
  { send }: MigratingParts,
  { replica }: MigrationAtWork,
  conduct: Conduct,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext,
  found: OpenedSubject,
): Promise<Outcome> {
  requireExpressible(replica, command);
  const ask = () => (send ? send(command, found) : replica.backend.carryOut(command, found.subject));
  if (command.kind === 'delete-images') return deleteBoth(replica, command, context, found, conduct, ask);
  return putBoth(replica, command, context, conduct, ask);
}
