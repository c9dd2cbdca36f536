import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Core } from '../core/core.ts';
import type { CoreParts } from '../core/core-parts.ts';
import type { PeopleRegistry, PictureComparer } from '../domain/index.ts';
import type { MigrationSettings } from '../settings/migration-settings.ts';
import type { TemporaryFiles } from '../temporary-files/temporary-files.ts';
import { buildBackend, type SharedParts } from './build-backend.ts';
import { createMigrationMetrics, type MigrationMetrics } from './migration-metrics.ts';
import { readBacklog } from './replicas/backlog.ts';
import type {
  LoadedDialectForMigration,
  MigrationCall,
  MigrationInterception,
} from './requests/intercepted-call.ts';
import { createMigrationInterceptor } from './requests/interceptor.ts';
import type { MigrationAtBackend } from './requests/migration-at-backend.ts';
import type { RepeatLocally } from './shadow/repeat-request.ts';
import { createHeartbeat } from './stages/heartbeat.ts';
import { createStageWatch, type StageWatch } from './stages/stage-watch.ts';

/** Pause between two measurements of the backlog, in milliseconds. */
const MEASURE_MS = 5_000;
/** How long a stopping process waits for work under way, in milliseconds. */
const STOP_MS = 15_000;

/** The migration shim of one process. */
export interface Migration {
  /** The gateway's interceptor. */
  readonly interceptor: { intercept(call: MigrationCall): Promise<MigrationInterception> };
  readonly backends: readonly MigrationAtBackend[];
  readonly watch: StageWatch;
  /** Reads the stages; call it before the gateway listens. */
  start(): Promise<void>;
  /** Begins to work in the background; call it once the gateway listens. */
  serve(): void;
  /** Waits for the work under way; call it after the gateway has stopped. */
  stop(): Promise<void>;
}

/** The parts of a migration. */
export interface MigrationParts {
  readonly settings: MigrationSettings;
  readonly dialects: readonly LoadedDialectForMigration[];
  readonly core: CoreParts;
  readonly executor: Core;
  readonly comparer: PictureComparer;
  readonly temporaryFiles: Pick<TemporaryFiles, 'newPath'>;
  /** Bodies up to this size stay in memory. */
  readonly memoryBytes: number;
  readonly log: { info(fields: object, message: string): void };
  readonly registry?: Registry;
  /** See `SharedParts`. */
  readonly registryOfPeople?: PeopleRegistry | undefined;
  /** See `SharedParts`. */
  readonly paced?: boolean;
  /** See `SharedParts`; absent where no client is served. Then nothing is shadowed. */
  readonly repeat?: RepeatLocally;
}

/** Creates the migrations of every backend that the settings name. */
export function createMigration(parts: MigrationParts): Migration {
  const { core, settings } = parts;
  const gatewayId = randomBytes(8).toString('hex');
  const watch = createStageWatch({
    records: core.records,
    migrations: settings.backends.map(({ tenant, dialect, initialStage }) => ({
      name: { tenant, dialect },
      initial: initialStage,
    })),
    warn: core.warn,
    heartbeat: createHeartbeat({ records: core.records, clock: core.clock, gatewayId }),
  });
  const metrics = parts.registry && createMigrationMetrics(parts.registry);
  const onLosses: SharedParts['onLosses'] = (name, losses, requestId) => {
    if (losses.length === 0) return;
    metrics?.losses(name, losses);
    parts.log.info({ requestId, ...name, losses }, 'a translation lost something');
  };
  const repeat: RepeatLocally =
    parts.repeat ?? (() => Promise.reject(new Error('nothing is shadowed where no client is served')));
  const shared = { ...parts, gatewayId, watch, repeat, onLosses, ...(metrics ? { metrics } : {}) };
  const backends = settings.backends.map((backend) => buildBackend(shared, backend));
  let timer: NodeJS.Timeout | undefined;
  let measuring: Promise<void> = Promise.resolve();
  let stopped = false;

  function schedule(): void {
    if (!metrics || stopped) return;
    timer = setTimeout(() => {
      measuring = measure(metrics)
        .catch((cause: unknown) => core.warn('the backlog cannot be measured', cause))
        .finally(schedule);
    }, MEASURE_MS);
    timer.unref();
  }

  async function measure(into: MigrationMetrics): Promise<void> {
    for (const { name, replica } of backends) {
      into.backlog(name, await readBacklog(replica), core.clock.nowMs());
      const { record, leave } = await watch.enter(name);
      leave();
      into.stage(name, record);
    }
  }

  return {
    backends,
    watch,
    interceptor: createMigrationInterceptor({
      migrations: backends,
      watch,
      core: parts.executor,
      directory: core.directory,
      imaging: core.imaging,
      nowMs: () => core.clock.nowMs(),
      onLosses: ({ name }, requestId, losses) => onLosses(name, losses, requestId),
    }),
    async start() {
      await watch.start();
    },
    serve() {
      for (const { reconciler, shadow } of backends) {
        reconciler.start();
        shadow.start();
      }
      schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const working = [
        measuring,
        ...backends.map(({ shadow }) => shadow.stop()),
        ...backends.map(({ reconciler }) => reconciler.stop()),
        ...backends.map(({ learner }) => learner.settle()),
      ];
      // A store that hangs can delay this work. The journal keeps it for the next process.
      await Promise.race([Promise.all(working), pause(STOP_MS, undefined, { ref: false })]);
      await watch.stop();
      await Promise.all(backends.map(({ connection }) => connection.stop()));
    },
  };
}
