import { join } from 'node:path';
import type { CoreParts } from '../core/core-parts.ts';
import { createCommandExecutor } from '../core/execute-commands.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import {
  ALL_PICTURE_FORMATS,
  type CommandContext,
  type CommandExecutor,
  type Loss,
  type PictureComparer,
  type Rendition,
} from '../domain/index.ts';
import type { BackendSettings } from '../settings/migration-settings.ts';
import { forward } from './exchange/forward.ts';
import type { LoadedDialectForMigration } from './exchange/intercepted-call.ts';
import type { Loopback } from './exchange/loopback.ts';
import type { MigrationAtBackend } from './exchange/migration-at-backend.ts';
import { createJournal } from './journal/journal.ts';
import type { MigrationMetrics } from './migration-metrics.ts';
import { createParityBook } from './parity/parity-tally.ts';
import { createReconciler } from './replicas/reconciler.ts';
import { type ReplicaParts, replicaName } from './replicas/replica-parts.ts';
import { createCompareHeldPictures } from './shadow/compare-held-pictures.ts';
import { createRepeatRequest } from './shadow/repeat-request.ts';
import { createRepeatTranslation } from './shadow/repeat-translation.ts';
import { createShadowRunner, type ShadowRunner } from './shadow/shadow-runner.ts';
import { createShadowDirectory, shadowKey } from './shadow/shadow-subjects.ts';
import { conductOf } from './stages/stage-record.ts';
import type { MigrationName } from './stages/stage-store.ts';
import type { StageWatch } from './stages/stage-watch.ts';
import { backendAddress } from './upstream/backend-address.ts';
import { createHttpBackend, type HttpBackend } from './upstream/http-backend.ts';
import { readWhole } from './upstream/read-answer.ts';
import { createUpstreamConnection } from './upstream/upstream-connection.ts';

/** What all migrations of a process share. */
export interface SharedParts {
  readonly core: CoreParts;
  readonly executor: CommandExecutor;
  readonly comparer: PictureComparer;
  readonly dialects: readonly LoadedDialectForMigration[];
  readonly gatewayId: string;
  readonly watch: StageWatch;
  readonly loopback: Loopback;
  readonly dataDir: string;
  readonly memoryBytes: number;
  /** Told of what could not be said to a backend; `requestId` where a client waits for it. */
  readonly onLosses: (name: MigrationName, losses: readonly Loss[], requestId?: string) => void;
  /** Counts for Prometheus what the shadow finds. */
  readonly metrics?: Pick<MigrationMetrics, 'parity'>;
  /** Keep to the backend's `requestsPerSecond`: nobody waits for an answer. */
  readonly paced?: boolean;
}

/** Room for the own swap beside the request to the backend, in milliseconds. */
const LEASE_ROOM_MS = 15_000;

/** Everything of one tenant's migration of one dialect. Throws where its dialects are not loaded or cannot be spoken as a client. */
export function buildBackend(shared: SharedParts, settings: BackendSettings): MigrationAtBackend {
  const { core } = shared;
  const name = { tenant: settings.tenant, dialect: settings.dialect };
  const loaded = dialectNamed(shared, settings.dialect);
  const setting = loaded.setting(settings.tenant);
  const rendition = loaded.dialect.rendition(setting);
  const limitMs = (settings.connectTimeoutSeconds + settings.timeoutSeconds * 2) * 1000;
  const connection = createUpstreamConnection({
    connectTimeoutMs: settings.connectTimeoutSeconds * 1000,
    timeoutMs: settings.timeoutSeconds * 1000,
    maxConnections: settings.maxConnections,
    ...(shared.paced ? { requestsPerSecond: settings.requestsPerSecond } : {}),
  });
  const address = backendAddress(settings.baseUrl, settings.pictureOrigins);
  const backend = httpBackend(shared, settings, { connection, address, limitMs });
  const ownContext: CommandContext = {
    dialect: settings.dialect,
    principal: { ...name, credentialId: 'migration', scopes: [] },
    intake: {
      ...loaded.dialect.intake(setting),
      // What the backend holds it has accepted: it is taken in as it is.
      formats: ALL_PICTURE_FORMATS,
      minBytes: 0,
      maxBytes: Number.MAX_SAFE_INTEGER,
      slots: backend.slots,
      overlap: 'last-writer-wins',
    },
    rendition,
    baseUrl: '',
  };
  const replica: ReplicaParts = {
    name,
    replica: replicaName(settings.dialect),
    backend,
    journal: createJournal({
      records: core.records,
      clock: core.clock,
      name,
      owner: shared.gatewayId,
      leaseMs: limitMs + LEASE_ROOM_MS,
      warn: core.warn,
    }),
    own: shared.executor,
    ownContext,
    records: core.records,
    objects: core.objects,
    spool: core.spool,
    comparer: shared.comparer,
    clock: core.clock,
    newId: () => core.ids.newId(),
    settleMs: settings.settleSeconds * 1000,
    warn: core.warn,
    onLosses: (losses) => shared.onLosses(name, losses),
  };
  return {
    name,
    settings,
    address,
    connection,
    backend,
    replica,
    isTranslated: (settings.speaks ?? settings.dialect) !== settings.dialect,
    reconciler: createReconciler({
      replica,
      subjectOf: async ({ subjectKey, subjectId, aliases }) =>
        (await core.directory.byKey(settings.tenant, subjectKey)) ?? {
          key: subjectKey,
          tenant: settings.tenant,
          id: subjectId,
          aliases,
          profile: {},
        },
      async conductOf(subjectKey) {
        const { record, leave } = await shared.watch.enter(name);
        leave();
        return conductOf(record, subjectKey);
      },
    }),
    shadow: buildShadow(shared, settings, { name, address, connection, backend, rendition }),
    captures: {
      folder: captureFolder(shared.dataDir),
      memoryBytes: shared.memoryBytes,
      maxBytes: ownContext.intake.maxBytes,
    },
  };
}

function buildShadow(
  shared: SharedParts,
  settings: BackendSettings,
  at: Pick<MigrationAtBackend, 'name' | 'address' | 'connection' | 'backend'> & {
    readonly rendition: Rendition;
  },
): ShadowRunner {
  const { core } = shared;
  const { dialect } = at.name;
  const { warn, clock, objects } = core;
  const timeoutMs = settings.shadow.timeoutSeconds * 1000;
  const book = createParityBook({
    records: core.records,
    name: at.name,
    gatewayId: shared.gatewayId,
    clock,
    maxDifferences: settings.shadow.differences,
    ...(shared.metrics ? { observer: shared.metrics.parity(at.name) } : {}),
  });
  const executor = createCommandExecutor({
    ...core,
    directory: createShadowDirectory(dialect, core.directory),
  });
  const comparePictures = createCompareHeldPictures({ ...shared, ...core, ...at, dialect });
  return createShadowRunner({
    settings: settings.shadow,
    book,
    repeatRequest: createRepeatRequest({
      loopback: shared.loopback,
      executor,
      backend: at.backend,
      comparePictures,
      askAgain: async (request) => readWhole(await forward({ ...at, settings }, request, {})),
      book,
      noiseEvery: settings.shadow.noiseEvery,
      timeoutMs,
      warn,
    }),
    repeatTranslation: createRepeatTranslation({ dialect, executor, comparePictures, timeoutMs, warn }),
    isKnown: async ({ key }) =>
      (await readSubjectRecord(core.records, shadowKey(dialect, key))).record !== undefined,
    nowMs: () => clock.nowMs(),
    objects,
    warn,
  });
}

/** Where copies of shadowed bodies wait. */
export function captureFolder(dataDir: string): string {
  return join(dataDir, 'spool', 'shadow');
}

function httpBackend(
  shared: SharedParts,
  settings: BackendSettings,
  connecting: Pick<Parameters<typeof createHttpBackend>[0], 'connection' | 'address' | 'limitMs'>,
): HttpBackend {
  const speaks = settings.speaks ?? settings.dialect;
  const loaded = dialectNamed(shared, speaks);
  const { upstream } = loaded.dialect;
  if (!upstream) throw new Error(`dialect ${speaks} cannot be spoken to a backend`);
  const { profile, options } = loaded.setting(settings.tenant);
  const spoken = { profile, options: { ...options, ...settings.options } };
  const { slots, maxBytes } = loaded.dialect.intake(spoken);
  return createHttpBackend({
    ...connecting,
    speaks,
    translation: upstream,
    options: spoken.options,
    slots,
    ...(settings.credential ? { credential: settings.credential } : {}),
    strictTranslation: settings.strictTranslation,
    spool: shared.core.spool,
    maxPictureBytes: Math.max(maxBytes, 64 * 1024 * 1024),
  });
}

function dialectNamed({ dialects }: SharedParts, name: string): LoadedDialectForMigration {
  const found = dialects.find(({ dialect }) => dialect.name === name);
  if (!found) throw new Error(`the migration names the dialect ${name}, which the settings do not load`);
  return found;
}
