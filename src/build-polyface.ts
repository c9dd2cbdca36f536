import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { createBrownOuts } from './census/brown-outs.ts';
import { createCensus } from './census/count-callers.ts';
import { createDocsPages } from './console/docs-pages.ts';
import { createBackgroundWork } from './core/background-work.ts';
import type { CoreParts } from './core/core-parts.ts';
import { createCommandExecutor } from './core/execute-commands.ts';
import { recordKey } from './core/storage-keys.ts';
import { subjectKey } from './core/subject-key.ts';
import { type DemoGuide, readDemoGuide } from './demo-guide.ts';
import { createSettingsDirectory } from './directory/settings-directory.ts';
import type { Clock, CommandExecutor, IdSource, Imaging } from './domain/index.ts';
import { createAuthenticator } from './gateway/credentials/authenticator.ts';
import { createTokenIssuer } from './gateway/credentials/token-issuer.ts';
import { type LoadedDialect, loadDialects } from './gateway/dialect-registry.ts';
import { createDownloadLinks } from './gateway/downloads/download-links.ts';
import type { ExchangeObserver } from './gateway/exchange-report.ts';
import { createGateway } from './gateway/gateway.ts';
import type { Interceptor } from './gateway/interceptor.ts';
import { inSequence } from './gateway/interceptors-in-sequence.ts';
import { createRateLimiter } from './gateway/limits/rate-limiter.ts';
import { unknownNames } from './gateway/unknown-names.ts';
import { createRandomIds } from './random-ids.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';
import { refuseFaults } from './settings/settings-fault.ts';
import { signingKeys } from './signing-keys.ts';
import { withSourcePlaces } from './source-places.ts';
import { createSpool } from './spool/spool-folder.ts';
import type { Store } from './store/store.ts';

/** Nothing is kept under it: that the store can say so is all that `/readyz` asks. */
const READINESS_KEY = 'readiness';

/** A gateway that serves. */
export interface RunningPolyface {
  /** `http://host:port`. */
  readonly url: string;
  /** The dialects that are spoken, in the settings' order. */
  readonly dialects: readonly LoadedDialect[];
  readonly log: Logger;
  readonly executor: CommandExecutor;
  /** Exchanges under way end first; every worker, timer and connection is gone when it resolves. */
  stop(): Promise<void>;
}

/** What a caller may put in the place of the parts that the settings name. */
export interface PolyfaceOverrides {
  readonly store?: Store;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Where log lines go; default: standard output. */
  readonly logTo?: DestinationStream;
  readonly observers?: readonly ExchangeObserver[];
  /** Asked before any other. */
  readonly interceptor?: Interceptor;
  /** Pages on top of those that the settings name. */
  readonly pages?: readonly RequestHandler[];
}

/** What the parts are built from. */
export interface PolyfacePlan {
  readonly settings: Settings & Partial<Pick<LoadedSettings, 'demo' | 'places'>>;
  readonly overrides: PolyfaceOverrides;
  readonly imaging: Imaging;
  /** On its way to be started. */
  readonly store: Store;
  /** What has to be true before the gateway listens and takes its time; the parts are built meanwhile. */
  readonly proofs: readonly Promise<void>[];
}

/**
 * Builds every part from the settings and starts them, but for imaging and the store. The only place that knows them all. When it rejects,
 * nothing that it started is left running.
 */
export async function buildPolyface({
  settings,
  overrides,
  imaging,
  store,
  proofs,
}: PolyfacePlan): Promise<RunningPolyface> {
  const log = pino(
    { level: settings.log.level, base: null, serializers: { err: writeError } },
    overrides.logTo ?? pino.destination({ sync: false }),
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
    const rates = createRateLimiter({ ...settings.rateLimits, log });
    stops.push(() => rates.stop());
    await rates.start();
    const [dialects, keys, guide] = await Promise.all([
      loadDialects(settings),
      signingKeys(settings.downloads.keys, settings.dataDir),
      settings.docs && settings.demo ? readDemoGuide() : {},
    ]);
    refuseFaults(unknownNames(settings, dialects), settings.places);

    const credentials = { tenants: settings.tenants, records, clock, signingKeys: keys, log };
    const background = createBackgroundWork(warn);
    stops.push(() => background.settle());
    const core: CoreParts = {
      directory: createSettingsDirectory({ tenants: settings.tenants, subjectKey, recordKey, records }),
      objects,
      records,
      imaging,
      spool: createSpool({
        folder: join(settings.dataDir, 'spool'),
        memoryBytes: settings.limits.spoolMemoryBytes,
      }),
      links: createDownloadLinks({ keys, objects, mode: settings.downloads.mode, clock }),
      tokens: createTokenIssuer(credentials),
      clock,
      ids,
      background,
      warn,
    };
    const executor = createCommandExecutor(core);
    const registry = new Registry();
    const migration = settings.migration
      ? // Loaded when it is needed alone: the upstream client and the decoder are a fifth of all that starts.
        (await import('./migration/create-migration.ts')).createMigration({
          settings: settings.migration,
          dialects,
          core,
          executor,
          comparer: (await import('./imaging/compare-pictures.ts')).createPictureComparer(imaging),
          dataDir: settings.dataDir,
          memoryBytes: settings.limits.spoolMemoryBytes,
          log,
          registry,
        })
      : undefined;
    if (migration) {
      stops.push(() => migration.stop());
      await Promise.all(proofs);
      await migration.start();
    }
    const interceptor = inSequence([
      ...(overrides.interceptor ? [overrides.interceptor] : []),
      ...(settings.brownOuts.length > 0
        ? [createBrownOuts({ brownOuts: settings.brownOuts, clock, log })]
        : []),
      ...(migration ? [migration.interceptor] : []),
    ]);
    const gateway = createGateway({
      settings,
      dialects,
      executor,
      authenticator: createAuthenticator(credentials),
      rates,
      objects,
      clock,
      ids,
      log,
      registry,
      ready: async () => {
        await records.read(READINESS_KEY);
      },
      ...(interceptor ? { interceptor } : {}),
      observers: [createCensus({ dialects, registry, clock }), ...(overrides.observers ?? [])],
      pages: [
        ...(overrides.pages ?? []),
        ...(settings.docs ? [createDocsPages(docsOf(dialects, guide))] : []),
      ],
    });
    await Promise.all(proofs);
    const { host, port } = await gateway.start();
    stops.push(() => gateway.stop());
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    migration?.serve(url);
    return {
      url,
      dialects,
      log,
      executor,
      stop: stopAll,
    };
  } catch (cause) {
    await stopAll();
    throw cause;
  }
}

function writeError(cause: Error) {
  const written = pino.stdSerializers.err(cause);
  if (typeof written.stack === 'string') written.stack = withSourcePlaces(written.stack);
  return written;
}

function docsOf(dialects: readonly LoadedDialect[], guide: DemoGuide) {
  return dialects.map(({ dialect: { name, title }, setting }) => ({
    name,
    title,
    profile: setting().profile,
    demoCredentials: guide[name]?.credentials ?? [],
  }));
}
