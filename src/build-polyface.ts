import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { buildAdmin } from './admin/build-admin.ts';
import { createFigures } from './admin/figures.ts';
import { createGatewayHeartbeat } from './admin/gateway-heartbeat.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { type BuiltCore, buildCore } from './build-core.ts';
import { createBrownOuts } from './census/brown-outs.ts';
import { createDocsPages } from './console/docs-pages.ts';
import { createBackgroundWork } from './core/background-work.ts';
import type { PersonKeeper } from './core/person-keeper.ts';
import { createRandomIds } from './core/random-ids.ts';
import { docsOf, isDeprecated, readsOf } from './describe-dialects.ts';
import { createGateway } from './gateway/gateway.ts';
import type { GatewayParts } from './gateway/gateway-parts.ts';
import { inSequence } from './gateway/interceptor.ts';
import { createRateLimiter } from './gateway/limits/rate-limiter.ts';
import { createMissingBodiesReport } from './gateway/reports/missing-bodies.ts';
import type { MigrationAtBackend } from './migration/requests/migration-at-backend.ts';
import type { PolyfacePlan, RunningPolyface } from './polyface-plan.ts';
import { createReload } from './reload.ts';
import { readVersion } from './settings/project-files.ts';
import { createTemporaryFiles } from './temporary-files/temporary-files.ts';
import { createUsageRecorder } from './usage/record-usage.ts';
import { registerWorkerGauges } from './worker-gauges.ts';

/** Nothing is kept under it: that both halves of the store can say so is all that `/readyz` asks. */
const READINESS_KEY = 'readiness';

/**
 * Builds every part from the settings and starts all of them except imaging and the store. This is the only
 * place that knows all parts. When it rejects, nothing that it started is left running.
 */
export async function buildPolyface({
  settings,
  overrides,
  imaging,
  store,
  start,
  proofs,
}: PolyfacePlan): Promise<RunningPolyface> {
  const log = pino(
    { level: settings.log.level, base: overrides.siblings ? { process: overrides.siblings.index } : null },
    // Several processes write to one pipe. A write must not be longer than the system keeps together, so that
    // lines stay whole.
    overrides.logTo ?? pino.destination({ sync: false, maxWrite: 4_096 }),
  );
  const warn = (message: string, cause: unknown) => log.warn({ err: cause }, message);
  const clock = overrides.clock ?? { nowMs: () => Date.now() };
  const ids = overrides.ids ?? createRandomIds();
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const { objects, records } = store;
    const spoolFolder = join(settings.dataDir, 'spool');
    const rates = createRateLimiter({ ...settings.rateLimits, log });
    stops.push(() => rates.stop());
    await rates.start();
    const background = createBackgroundWork(warn);
    stops.push(inTime(() => background.settle()));
    const registry = overrides.registry ?? new Registry();
    registerWorkerGauges(registry, imaging);
    const reportMissing = createMissingBodiesReport({ registry, log });
    // Of the migrations, which are built on the core.
    const kept: (PersonKeeper & Pick<MigrationAtBackend, 'name'>)[] = [];
    const keepers = (tenant: string) => kept.filter(({ name }) => name.tenant === tenant);
    const lasting = { imaging, objects, records, clock, ids, background, log, warn, reportMissing, keepers };
    let built = await buildCore(settings, lasting);
    const { core, dialects, executor } = built;
    stops.push(() => built.stop());
    built.start();
    const migration = settings.migration
      ? // Loaded when it is needed alone: the upstream client and the decoder are a fifth of all that starts.
        (await import('./migration/create-migration.ts')).createMigration({
          settings: settings.migration,
          dialects,
          core,
          executor,
          comparer: (await import('./imaging/compare-pictures.ts')).createPictureComparer(imaging),
          temporaryFiles: createTemporaryFiles(spoolFolder),
          memoryBytes: settings.limits.spoolMemoryBytes,
          log,
          registry,
          registryOfPeople: core.people?.registry,
          repeat: (request) => gateway.execute(request),
        })
      : undefined;
    if (migration) {
      const { createMigrationKeeper } = await import('./migration/forget-person.ts');
      for (const at of migration.backends) kept.push({ name: at.name, ...createMigrationKeeper(at, core) });
      stops.push(() => migration.stop());
      await Promise.all(proofs);
      await migration.start();
    }
    const ready = async () => {
      await Promise.all([records.read(READINESS_KEY), objects.get(READINESS_KEY)]);
    };
    // Not from `ids`: a sandbox counts those that its requests use.
    const runId = randomBytes(8).toString('hex');
    const usage = createUsageRecorder({
      records,
      clock,
      runId,
      deprecated: (dialect, operation) => isDeprecated(built.dialects, dialect, operation),
      onSaveFailure: (cause) => warn('usage cannot be saved; it is tried again', cause),
    });
    const figures = settings.admin
      ? createFigures({
          capacity: settings.admin.recentRequests,
          nowMs: () => clock.nowMs(),
          registry,
          siblings: overrides.siblings,
        })
      : undefined;
    // One of all processes has the console; the others answer its questions.
    const admin =
      settings.admin && figures && start && (overrides.siblings?.index ?? 0) === 0
        ? buildAdmin({
            figures,
            admin: settings.admin,
            current: () => ({
              settings: built.settings,
              dialects: built.dialects,
              directory: built.core.directory,
              background,
              ...(built.core.people && { people: built.core.people }),
              revision: built.revision,
            }),
            reload: async (order) => {
              const report = await reload(order);
              if (report.outcome === 'applied') overrides.tellReload?.();
              return report;
            },
            explain: async (written) => {
              const { explainWritten } = await import('./explain/explain-written.ts');
              return explainWritten({ settings: built.settings, written, start, store });
            },
            gatewayId: runId,
            version: await readVersion(),
            ready,
            objects,
            records,
            migrations: (migration?.backends ?? []).map((at) => ({ at, core })),
            registry,
            clock,
            log,
          })
        : undefined;
    const heartbeat =
      settings.admin &&
      createGatewayHeartbeat({
        records,
        clock,
        id: runId,
        version: await readVersion(),
        revision: () => built.revision,
        warn,
      });
    const gatewayParts = (served: BuiltCore): GatewayParts => {
      const interceptor = inSequence([
        ...(overrides.interceptor ? [overrides.interceptor] : []),
        ...(served.settings.brownOuts.length > 0
          ? [createBrownOuts({ brownOuts: served.settings.brownOuts, clock, log })]
          : []),
        ...(migration ? [migration.interceptor] : []),
      ]);
      return {
        settings: served.settings,
        dialects: served.dialects,
        executor: served.executor,
        authenticator: served.authenticator,
        rates,
        objects,
        clock,
        ids,
        log,
        registry,
        reportMissing,
        ready,
        ...(interceptor ? { interceptor } : {}),
        observers: [usage.observe, ...(figures ? [figures.observe] : []), ...(overrides.observers ?? [])],
        pages: [
          ...(overrides.pages ?? []),
          ...(served.settings.docs
            ? [createDocsPages(docsOf(served.dialects, served.guide), readsOf(served.dialects, served.guide))]
            : []),
        ],
      };
    };
    const gateway = createGateway(gatewayParts(built));
    const reload = createReload({
      readSettings: overrides.readSettings,
      migrates: migration !== undefined,
      audit: createAuditLog({ records, clock }),
      current: () => built,
      build: (next) => buildCore(next, lasting),
      async replace(next) {
        const before = built;
        gateway.replace(gatewayParts(next));
        built = next;
        built.start();
        log.level = next.settings.log.level;
        await before.stop();
        await heartbeat?.beat();
      },
      warn,
    });
    await Promise.all(proofs);
    await usage.start();
    stops.push(inTime(() => usage.stop()));
    if (heartbeat) {
      stops.push(inTime(() => heartbeat.stop()));
      await heartbeat.start();
    }
    const { host, port } = await gateway.start();
    stops.push(() => gateway.stop());
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    migration?.serve();
    if (admin) {
      stops.push(() => admin.stop());
      const adminUrl = await admin.start();
      log.info({ url: `${adminUrl}/console/` }, 'the console listens');
    }
    return {
      url,
      registry,
      ...(admin ? { signInLink: () => admin.signInLink() } : {}),
      dialects,
      log,
      executor,
      answer: gateway.answer,
      beUnready: () => gateway.beUnready(),
      reload,
      stop: stopAll,
    };
  } catch (cause) {
    await stopAll();
    throw cause;
  }
}

/** How long a stopping process waits for the store, in milliseconds. */
const STOP_MS = 5_000;

/** What waits for the store when a process stops: a store that hangs must not keep it from ending. */
function inTime(stop: () => Promise<void>): () => Promise<void> {
  return () => Promise.race([stop(), pause(STOP_MS, undefined, { ref: false })]);
}
