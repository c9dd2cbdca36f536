import type { Core } from '../core/core.ts';
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
import { touchBefore } from './replicas/touch-before.ts';
import { deleteBoth, putBoth } from './replicas/write-both.ts';
import type { WritePolicy } from './stages/write-policy.ts';

/** A backend of the tenant, and its write policy for each subject now. */
export interface MigrationAtWork {
  readonly replica: ReplicaParts;
  /** A write has left something pending. */
  readonly hurry?: (subject: Subject) => void;
  /** `undefined`: the person is unknown. */
  policyOf(subjectKey: string | undefined): WritePolicy;
}

/** Carries commands out at the backend alone, translated into another dialect. */
export interface BackendTranslator {
  execute(command: BackendCommand, context: CommandContext, opened?: OpenedSubject): Promise<Outcome>;
}

/** The parts of a migrating executor. */
export interface MigratingParts {
  readonly core: Core;
  /** The backend behind the caller's own dialect. */
  readonly primary?: MigrationAtWork;
  /** The tenant's backends behind other dialects. Writes through this dialect have to reach them as well. */
  readonly secondaries: readonly MigrationAtWork[];
  /** How the caller's write goes to the backend; default: translated from the command. */
  readonly send?: (
    command: CommandOf<'put-images' | 'delete-images'>,
    opened: OpenedSubject,
  ) => Promise<BackendReply>;
  /** Finds the subject. Default: `core`, which reads the local store. */
  readonly open?: CommandExecutor['open'];
  /** Carries out the commands that the backend alone answers. */
  readonly translator?: BackendTranslator;
}

/** The gateway's executor for one request of a tenant that is being migrated. */
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
      return writeThroughMerges(parts, command, context, await requireOpened(parts, command, context));
    case 'read-subject':
    case 'read-image':
      return read(parts, command, context, await requireOpened(parts, command, context));
    case 'locate-images':
      return parts.translator && parts.primary?.policyOf(undefined).read === 'backend'
        ? parts.translator.execute(command, context)
        : parts.core.execute(command, context);
    case 'open-download':
    case 'issue-token':
    case 'check-credential':
    case 'read-person':
    case 'list-people':
    case 'find-people':
    case 'change-person':
    case 'put-people':
    case 'merge-people':
    case 'erase-person':
      return parts.core.execute(command, context);
  }
}

async function requireOpened(
  { core }: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images' | 'read-subject' | 'read-image'>,
  context: CommandContext,
): Promise<OpenedSubject> {
  if (context.opened) return context.opened;
  if (!context.principal) throw new ProblemError({ kind: 'unauthenticated', reason: 'missing' });
  return core.open(command.subject, context.principal);
}

async function read(
  { core, primary, translator }: MigratingParts,
  command: CommandOf<'read-subject' | 'read-image'>,
  context: CommandContext,
  found: OpenedSubject,
): Promise<Outcome> {
  const policy = primary?.policyOf(found.subject.key);
  if (!primary || !policy || policy.write === 'local-only') {
    return core.execute(command, { ...context, opened: found });
  }
  if (policy.read === 'backend') {
    if (!translator || command.kind === 'read-image')
      throw new ProblemError({ kind: 'upstream-unavailable' });
    return translator.execute(command, context, found);
  }
  return core.execute(command, { ...context, opened: await ensureCopied(primary.replica, found) });
}

/**
 * A put or delete that meets the fence of a merge begins again with the survivor, who may be in another
 * stage.
 */
function writeThroughMerges(
  { core, ...parts }: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext,
  found: OpenedSubject,
): Promise<Outcome> {
  return core.retryWithSurvivor(found, (now) =>
    write({ core, ...parts }, command, context, now, now.subject.key !== found.subject.key),
  );
}

async function write(
  parts: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext,
  found: OpenedSubject,
  isMerged: boolean,
): Promise<Outcome> {
  const { key } = found.subject;
  const policy = parts.primary?.policyOf(key);
  if (parts.primary && policy?.write === 'stream') {
    if (!parts.translator) throw new ProblemError({ kind: 'upstream-unavailable' });
    return parts.translator.execute(command, context, found);
  }
  const targetsAtWork = findPendingTargets(parts, key, policy, isMerged);
  const targets = targetsAtWork.map(({ replica }) => replica);
  const current = await copyBefore(targets, command, found);
  const pendingReplicas = targets.map(({ replica }) => replica);
  const withTargets = { ...context, opened: current, ...(targets.length > 0 ? { pendingReplicas } : {}) };
  if (parts.primary && policy?.write === 'both') {
    return writeBoth(parts, parts.primary, policy, command, withTargets, current, targetsAtWork);
  }
  const outcome = await writeLocal(parts, command, withTargets, targetsAtWork);
  for (const { hurry } of targetsAtWork) hurry?.(current.subject);
  return outcome;
}

/**
 * The backends that get the write later: the primary where the local store comes first, and every secondary
 * that gets writes.
 */
function findPendingTargets(
  { primary, secondaries }: MigratingParts,
  subjectKey: string,
  policy: WritePolicy | undefined,
  isMerged: boolean,
): readonly MigrationAtWork[] {
  const fed = secondaries.filter((other) => isFed(other.policyOf(subjectKey)));
  // A write to both sides names the id that the client used. The survivor's own id at the backend gets the
  // write later.
  const isLater = policy?.write === 'local' || (isMerged && policy?.write === 'both');
  const first = primary && isLater ? [primary] : [];
  return [...first, ...fed];
}

/**
 * Whether a backend gets what is written through other dialects. In the last phase of the way to `shadow` it does
 * not any more, since what is left unfinished then is given up.
 */
function isFed({ write, redo, recheck }: WritePolicy): boolean {
  return (write === 'both' && (redo || recheck)) || write === 'local';
}

/**
 * Copies the backend's pictures before a first local write that replaces only some of them: a subject that
 * was written here is never copied again.
 */
async function copyBefore(
  targets: readonly ReplicaParts[],
  command: CommandOf<'put-images' | 'delete-images'>,
  found: OpenedSubject,
): Promise<OpenedSubject> {
  let current = found;
  for (const replica of targets) {
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

/** Refuses deletes that the backend cannot express: a rollback would bring the picture back. */
function requireExpressible(
  { backend }: ReplicaParts,
  { kind }: CommandOf<'put-images' | 'delete-images'>,
): void {
  if (kind === 'delete-images' && !backend.canDelete) {
    throw new ProblemError({ kind: 'method-not-allowed', allow: [] });
  }
}

/**
 * The journals of the backends that get the write later are touched shortly before the swap: see
 * `KEEP_TOUCHED_MS`.
 */
async function writeLocal(
  { core }: MigratingParts,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext & { readonly opened: OpenedSubject },
  targets: readonly MigrationAtWork[],
): Promise<Outcome> {
  const { opened } = context;
  if (command.kind === 'delete-images') {
    await touchAll(targets, opened);
    return core.execute(command, context);
  }
  const prepared = await core.prepareImages(command, context);
  try {
    await touchAll(targets, opened);
  } catch (cause) {
    core.discardPrepared(prepared);
    throw cause;
  }
  return core.commitImages(prepared);
}

async function touchAll(targets: readonly MigrationAtWork[], opened: OpenedSubject): Promise<void> {
  for (const { replica, policyOf } of targets)
    await touchBefore(replica, policyOf(opened.subject.key), opened);
}

async function writeBoth(
  { send }: MigratingParts,
  { replica }: MigrationAtWork,
  policy: WritePolicy,
  command: CommandOf<'put-images' | 'delete-images'>,
  context: CommandContext,
  found: OpenedSubject,
  targets: readonly MigrationAtWork[],
): Promise<Outcome> {
  requireExpressible(replica, command);
  const ask = () => (send ? send(command, found) : replica.backend.carryOut(command, found.subject));
  if (command.kind === 'delete-images') {
    await touchAll(targets, found);
    return deleteBoth(replica, command, context, found, policy, ask);
  }
  const touchOthers = (opened: OpenedSubject) => touchAll(targets, opened);
  return putBoth(replica, command, context, found, policy, touchOthers, ask);
}
