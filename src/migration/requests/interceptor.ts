import type { Core } from '../../core/core.ts';
import { findSubject } from '../../core/find-subject.ts';
import {
  type AnyOperation,
  type CommandExecutor,
  type CommandKind,
  type Loss,
  type Principal,
  ProblemError,
  type Subject,
  type SubjectDirectory,
} from '../../domain/index.ts';
import { createMigratingExecutor, type MigratingParts, type MigrationAtWork } from '../migrating-executor.ts';
import { isShadowing, onlyStreams, policyOf, type Stage } from '../stages/stage-record.ts';
import type { EnteredStage, StageWatch } from '../stages/stage-watch.ts';
import type { WritePolicy } from '../stages/write-policy.ts';
import { forwardPicture } from './forward-pictures.ts';
import { forwardStream } from './forward-stream.ts';
import type { MigrationCall, MigrationInterception } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { shadowTranslation } from './shadow-translation.ts';
import { createBackendTranslator } from './translate-commands.ts';
import {
  findShadowedOperation,
  operationOf,
  principalOf,
  shadowedCommand,
  subjectOf,
} from './whom-it-concerns.ts';
import { writeBothAsSent } from './write-both-as-sent.ts';

/** What the interceptor works with. */
export interface InterceptorParts {
  readonly migrations: readonly MigrationAtBackend[];
  readonly watch: StageWatch;
  readonly core: Core;
  readonly directory: SubjectDirectory;
  readonly imaging: Parameters<typeof createBackendTranslator>[0]['imaging'];
  readonly nowMs: () => number;
  readonly onLosses: (migration: MigrationAtBackend, requestId: string, losses: readonly Loss[]) => void;
}

/** A migration with the stage that applies to this request. */
interface Entered extends EnteredStage {
  readonly migration: MigrationAtBackend;
}

/** Decides who answers each request in a dialect that is being migrated. */
export function createMigrationInterceptor(parts: InterceptorParts): {
  intercept(call: MigrationCall): Promise<MigrationInterception>;
} {
  return {
    async intercept(call) {
      const streamed =
        (await forwardPicture(parts.migrations, parts.watch, call)) ?? (await streamAtOnce(parts, call));
      if (streamed) return streamed;
      const principal = await principalOf(call);
      const primary = primaryOf(parts, call, principal);
      const tenant = principal?.tenant ?? primary?.name.tenant;
      const concerned = parts.migrations.filter(({ name }) => name.tenant === tenant);
      if (concerned.length === 0) return undefined;
      const entered = await enterAll(parts, concerned);
      call.onEnd(() => {
        for (const one of entered) one.leave();
      });
      const here = entered.find(({ migration }) => migration === primary);
      const secondaries = entered.filter(({ migration }) => migration !== primary);
      return here ? answerFor(parts, call, principal, here, secondaries) : answerBesides(parts, secondaries);
    },
  };
}

/**
 * The backend answers here, whatever the credential is. The client is served even when the local store or the
 * check of the credential hangs. The shadow finds out later who the caller was.
 */
async function streamAtOnce(parts: InterceptorParts, call: MigrationCall): Promise<MigrationInterception> {
  const [only, ...more] = parts.migrations.filter(({ name }) => name.dialect === call.loaded.dialect.name);
  if (!only || more.length > 0 || only.isTranslated) return undefined;
  if (!only.settings.takesUnknown || !only.settings.passCredential) return undefined;
  const { leave, ...stage } = await parts.watch.enter(only.name);
  if (!onlyStreams(stage.record)) {
    leave();
    return undefined;
  }
  call.onEnd(leave);
  const shadow = planShadow(parts, only, call, stage, stage.record.rollout.stage === 'shadow');
  return forwardStream(only, call, shadow ? { shadow } : {});
}

/** The function that finds the person of a streamed request; `undefined` where the request is not shadowed. */
function planShadow(
  { directory }: InterceptorParts,
  migration: MigrationAtBackend,
  call: MigrationCall,
  stage: Stage,
  isShadowed: boolean,
): (() => ReturnType<typeof findShadowedOperation>) | undefined {
  const isCompared = shadowedCommand(operationOf(call)) !== undefined;
  if (isShadowed && isCompared) return () => findShadowedOperation(directory, call, stage);
  if (isShadowed || isShadowing(stage.record)) {
    migration.shadow.notCompared(isCompared ? 'outside the ramp' : 'operation not compared');
  }
  return undefined;
}

function primaryOf(
  { migrations }: InterceptorParts,
  { loaded }: MigrationCall,
  principal: Principal | undefined,
): MigrationAtBackend | undefined {
  const behind = migrations.filter(({ name }) => name.dialect === loaded.dialect.name);
  return principal
    ? behind.find(({ name }) => name.tenant === principal.tenant)
    : behind.find(({ settings }) => settings.takesUnknown);
}

async function enterAll(
  { watch }: InterceptorParts,
  migrations: readonly MigrationAtBackend[],
): Promise<Entered[]> {
  const entered: Entered[] = [];
  try {
    for (const migration of migrations) entered.push({ migration, ...(await watch.enter(migration.name)) });
  } catch (cause) {
    for (const one of entered) one.leave();
    throw cause;
  }
  return entered;
}

/** Answers a dialect without a backend, in a tenant where other dialects have one. */
function answerBesides(parts: InterceptorParts, secondaries: readonly Entered[]): MigrationInterception {
  return { executor: createMigratingExecutor({ core: parts.core, secondaries: secondaries.map(atWork) }) };
}

function atWork({ migration, ...stage }: Entered): MigrationAtWork {
  return {
    replica: migration.replica,
    hurry: (subject) => migration.reconciler.hurry(subject),
    policyOf: (key) => policyOf(stage, key),
  };
}

async function answerFor(
  parts: InterceptorParts,
  call: MigrationCall,
  principal: Principal | undefined,
  here: Entered,
  secondaries: readonly Entered[],
): Promise<MigrationInterception> {
  const { migration } = here;
  const operation = operationOf(call);
  const subject = operation && (await subjectWhereNeeded(parts, call, operation, principal, here));
  const policy = policyOf(here, subject?.key);
  const executorParts: MigratingParts = {
    core: parts.core,
    primary: atWork(here),
    secondaries: secondaries.map(atWork),
  };
  if (migration.isTranslated) return answerTranslated(parts, call, here, executorParts);
  switch (chooseWay(migration, operation?.command, policy)) {
    case 'stream': {
      const shadow = planShadow(parts, migration, call, here, policy.shadow);
      return forwardStream(migration, call, {
        principal,
        ...(subject ? { subject, ...learnFromAnswer(migration, operation?.command, subject) } : {}),
        ...(shadow ? { shadow } : {}),
      });
    }
    case 'both':
      // The gateway refuses anonymous callers before it reads a body, so their bodies take no room.
      if (!principal) return { executor: createMigratingExecutor(executorParts) };
      return writeBothAsSent({ migration, executorParts, policy }, call);
    case 'local':
      return { executor: createMigratingExecutor(executorParts) };
  }
}

/** Learns from a streamed answer what the backend knows of the person. */
function learnFromAnswer(
  { backend, learner }: MigrationAtBackend,
  command: CommandKind | undefined,
  subject: Subject,
): Pick<Parameters<typeof forwardStream>[2], 'onAnswer'> {
  if (!learner.isActive || command !== 'read-subject') return {};
  const read = { kind: command, subject: { kind: 'key', key: subject.key }, images: false } as const;
  return {
    onAnswer(answer) {
      const outcome = backend.meaningOf(read, answer);
      if (outcome.kind === 'done') learner.learn(subject, outcome.profile);
    },
  };
}

/**
 * The subject of the request. While the backend answers everything, a directory that fails does not refuse
 * the client.
 */
async function subjectWhereNeeded(
  { directory }: InterceptorParts,
  call: MigrationCall,
  operation: AnyOperation<object>,
  principal: Principal | undefined,
  { record }: Stage,
): Promise<Subject | undefined> {
  try {
    return await subjectOf(directory, call, operation, principal);
  } catch (cause) {
    if (cause instanceof ProblemError && onlyStreams(record)) return undefined;
    throw cause;
  }
}

type Way = 'stream' | 'both' | 'local';

function chooseWay(
  { settings }: MigrationAtBackend,
  command: CommandKind | undefined,
  { write, read }: WritePolicy,
): Way {
  switch (command) {
    case 'put-images':
    case 'delete-images':
      return write === 'local-only' ? 'local' : write;
    case 'issue-token':
      // The backend can check only its own tokens, so it issues them where it also sees them.
      return read === 'backend' && settings.passCredential ? 'stream' : 'local';
    case undefined:
      // Only the backend can answer operations that no document names, so they go there while there is a
      // backend.
      return write === 'local-only' ? 'local' : 'stream';
    default:
      return read === 'backend' ? 'stream' : 'local';
  }
}

function answerTranslated(
  parts: InterceptorParts,
  call: MigrationCall,
  { migration, ...stage }: Entered,
  executorParts: MigratingParts,
): MigrationInterception {
  const losses: Loss[] = [];
  const onLosses = (found: readonly Loss[]) => {
    losses.push(...found);
    parts.onLosses(migration, call.context.requestId, found);
  };
  const { lossHeader } = migration.settings;
  return {
    executor: createMigratingExecutor({
      ...executorParts,
      ...(onlyStreams(stage.record) ? { open: openWithoutStore(parts.directory, migration) } : {}),
      translator: shadowTranslation(migration, call, stage, (onAnswer) =>
        createBackendTranslator({
          backend: migration.backend,
          directory: parts.directory,
          imaging: parts.imaging,
          nowMs: parts.nowMs,
          prints: operationOf(call)?.prints ?? [],
          onLosses,
          onAnswer,
        }),
      ),
      async send(command, { subject }) {
        const reply = await migration.backend.ask(command, subject);
        onLosses(reply.losses);
        return reply;
      },
    }),
    ...(lossHeader === undefined ? {} : { headers: () => ({ [lossHeader]: lossText(losses) }) }),
  };
}

/** While the backend answers everything, no client waits for a local store that hangs or fails. */
function openWithoutStore(
  directory: SubjectDirectory,
  { name }: MigrationAtBackend,
): CommandExecutor['open'] {
  return async (reference, principal) => {
    const subject = await findSubject(directory, reference, { ...principal, dialect: name.dialect });
    if (subject?.tenant !== principal.tenant) throw new ProblemError({ kind: 'subject-not-found' });
    return { subject, generation: 0, snapshot: {} };
  };
}

function lossText(losses: readonly Loss[]): string {
  return [...new Set(losses.map(({ field, fate }) => `${fate} ${field}`))].join(', ') || 'none';
}
