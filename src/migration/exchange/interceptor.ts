import { findSubject } from '../../core/find-subject.ts';
import {
  type CommandExecutor,
  type CommandKind,
  type Loss,
  type Principal,
  ProblemError,
  type SubjectDirectory,
} from '../../domain/index.ts';
import type { BufferGarbage } from '../../memory/buffer-garbage.ts';
import { createMigratingExecutor, type MigratingParts, type MigrationAtWork } from '../migrating-executor.ts';
import type { Conduct } from '../stages/conduct.ts';
import { conductOf, isShadowing, onlyStreams, type StageRecord } from '../stages/stage-record.ts';
import type { EnteredStage, StageWatch } from '../stages/stage-watch.ts';
import type { MigrationCall, MigrationInterception } from './intercepted-call.ts';
import type { Loopback } from './loopback.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';
import { shadowTranslation } from './shadow-translation.ts';
import { takeBoth } from './take-both.ts';
import { takeStream } from './take-stream.ts';
import { createBackendTranslator } from './translate-commands.ts';
import { operationOf, principalOf, shadowedCommand, shadowOf, subjectOf } from './whom-it-concerns.ts';

/** What the interceptor works with. */
export interface InterceptorParts {
  readonly migrations: readonly MigrationAtBackend[];
  readonly watch: StageWatch;
  readonly loopback: Loopback;
  readonly garbage: BufferGarbage;
  readonly core: CommandExecutor;
  readonly directory: SubjectDirectory;
  readonly imaging: Parameters<typeof createBackendTranslator>[0]['imaging'];
  readonly nowMs: () => number;
  readonly onLosses: (migration: MigrationAtBackend, requestId: string, losses: readonly Loss[]) => void;
}

/** A migration with the stage that holds for this exchange. */
interface Entered extends EnteredStage {
  readonly migration: MigrationAtBackend;
}

/** Decides for each exchange under a dialect that is being migrated who answers it. */
export function createMigrationInterceptor(parts: InterceptorParts): {
  intercept(call: MigrationCall): Promise<MigrationInterception>;
} {
  return {
    async intercept(call) {
      const looped = parts.loopback.take(call.exchange.request.headers);
      if (looped) return { executor: looped, unmetered: true };
      const streamed = await streamAtOnce(parts, call);
      if (streamed) return streamed;
      const principal = await principalOf(call);
      const front = frontOf(parts, call, principal);
      const tenant = principal?.tenant ?? front?.name.tenant;
      const concerned = parts.migrations.filter(({ name }) => name.tenant === tenant);
      if (concerned.length === 0) return undefined;
      const entered = await enterAll(parts, concerned);
      const leave = () => {
        for (const one of entered) one.leave();
      };
      call.response.once('close', leave);
      const here = entered.find(({ migration }) => migration === front);
      const others = entered.filter(({ migration }) => migration !== front);
      return here ? answerFor(parts, call, principal, here, others) : besides(parts, others);
    },
  };
}

/**
 * Where the backend answers whatever the credential is, nothing of ours is waited for: the client is served although the own store or
 * the proof of the credential should hang. Who it was is found out meanwhile, for the shadow alone.
 */
async function streamAtOnce(parts: InterceptorParts, call: MigrationCall): Promise<MigrationInterception> {
  const [only, ...more] = parts.migrations.filter(({ name }) => name.dialect === call.loaded.dialect.name);
  if (!only || more.length > 0 || only.isTranslated) return undefined;
  if (!only.settings.takesUnknown || !only.settings.passCredential) return undefined;
  const { record, leave } = await parts.watch.enter(only.name);
  if (!onlyStreams(record)) {
    leave();
    return undefined;
  }
  call.response.once('close', leave);
  const shadow = shadowWanted(parts, only, call, record, record.placement.stage === 'shadow');
  return takeStream(only, call, { garbage: parts.garbage, ...(shadow ? { shadow } : {}) });
}

/** How to find out whom a streamed exchange is about, where such exchanges are shadowed at all. */
function shadowWanted(
  { directory }: InterceptorParts,
  migration: MigrationAtBackend,
  call: MigrationCall,
  record: StageRecord,
  isShadowed: boolean,
): (() => ReturnType<typeof shadowOf>) | undefined {
  const isCompared = shadowedCommand(operationOf(call)) !== undefined;
  if (isShadowed && isCompared) return () => shadowOf(directory, call, record);
  if (isShadowed || isShadowing(record)) {
    migration.shadow.notCompared(isCompared ? 'outside the ramp' : 'operation not compared');
  }
  return undefined;
}

function frontOf(
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

/** A dialect without a backend of its own, in a tenant where others have one. */
function besides(parts: InterceptorParts, others: readonly Entered[]): MigrationInterception {
  return { executor: createMigratingExecutor({ core: parts.core, others: others.map(atWork) }) };
}

function atWork({ migration, record }: Entered): MigrationAtWork {
  return {
    replica: migration.replica,
    hurry: (subject) => migration.reconciler.hurry(subject),
    conductOf: (key) => conductOf(record, key),
  };
}

async function answerFor(
  parts: InterceptorParts,
  call: MigrationCall,
  principal: Principal | undefined,
  here: Entered,
  others: readonly Entered[],
): Promise<MigrationInterception> {
  const { migration, record } = here;
  const operation = operationOf(call);
  const subject = operation && (await subjectOf(parts.directory, call, operation, principal));
  const conduct = conductOf(record, subject?.key);
  const executorParts: MigratingParts = {
    core: parts.core,
    front: atWork(here),
    others: others.map(atWork),
  };
  if (migration.isTranslated) return translated(parts, call, here, executorParts);
  switch (wayOf(migration, operation?.command, conduct)) {
    case 'stream': {
      const shadow = shadowWanted(parts, migration, call, record, conduct.shadow);
      return takeStream(migration, call, {
        garbage: parts.garbage,
        ...(subject ? { subject } : {}),
        ...(shadow ? { shadow } : {}),
      });
    }
    case 'both':
      return takeBoth(
        {
          migration,
          loopback: parts.loopback,
          executorParts,
          conduct,
          maxBytes: maxBodyBytes(call),
          timeoutMs: migration.settings.timeoutSeconds * 1000,
        },
        call,
        subject,
      );
    case 'own':
      return { executor: createMigratingExecutor(executorParts) };
  }
}

type Way = 'stream' | 'both' | 'own';

function wayOf(
  { settings }: MigrationAtBackend,
  command: CommandKind | undefined,
  { write, read }: Conduct,
): Way {
  switch (command) {
    case 'put-images':
    case 'delete-images':
      return write === 'own-only' ? 'own' : write;
    case 'issue-token':
      // Tokens are good where they were issued: at the backend only if the backend gets to see them.
      return read === 'backend' && settings.passCredential ? 'stream' : 'own';
    default:
      return read === 'backend' ? 'stream' : 'own';
  }
}

function translated(
  parts: InterceptorParts,
  call: MigrationCall,
  { migration, record }: Entered,
  executorParts: MigratingParts,
): MigrationInterception {
  const losses: Loss[] = [];
  const onLosses = (found: readonly Loss[]) => {
    losses.push(...found);
    parts.onLosses(migration, call.exchange.requestId, found);
  };
  const { lossHeader } = migration.settings;
  return {
    executor: createMigratingExecutor({
      ...executorParts,
      ...(onlyStreams(record) ? { open: openWithoutStore(parts.directory, migration) } : {}),
      translator: shadowTranslation(migration, call, record, (onAnswer) =>
        createBackendTranslator({
          backend: migration.backend,
          directory: parts.directory,
          imaging: parts.imaging,
          nowMs: parts.nowMs,
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

/** While the backend answers everything, a store of ours that hangs or fails keeps nobody waiting. */
function openWithoutStore(
  directory: SubjectDirectory,
  { name }: MigrationAtBackend,
): CommandExecutor['open'] {
  return async (reference, principal) => {
    const subject = await findSubject(directory, reference, { ...principal, dialect: name.dialect });
    if (subject?.tenant !== principal.tenant) throw new ProblemError({ kind: 'subject-not-found' });
    return { subject, generation: 0 };
  };
}

function lossText(losses: readonly Loss[]): string {
  return [...new Set(losses.map(({ field, fate }) => `${fate} ${field}`))].join(', ') || 'none';
}

function maxBodyBytes({ loaded, exchange }: MigrationCall): number {
  const { maxBytes, maxFiles } = loaded.dialect.intake({
    options: exchange.options,
    profile: exchange.profile,
  });
  return maxBytes * maxFiles;
}
