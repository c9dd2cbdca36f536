import { type Core, createCore } from '../core/core.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import {
  type CommandContext,
  type Loss,
  type PeopleRegistry,
  type PictureComparer,
  READABLE_FORMATS,
  type Rendition,
} from '../domain/index.ts';
import { createUploadAdmission } from '../gateway/limits/upload-admission.ts';
import type { BackendSettings } from '../settings/migration-settings.ts';
import type { TemporaryFiles } from '../temporary-files/temporary-files.ts';
import { createJournal } from './journal/journal.ts';
import { createPeopleLearner } from './learn/people-learner.ts';
import type { MigrationMetrics } from './migration-metrics.ts';
import { createParityBook } from './parity/parity-tally.ts';
import { volatileMembers } from './parity/volatile-members.ts';
import { createReconciler } from './replicas/reconciler.ts';
import { type ReplicaParts, replicaName } from './replicas/replica-parts.ts';
import { forward } from './requests/forward.ts';
import type { LoadedDialectForMigration } from './requests/intercepted-call.ts';
import type { MigrationAtBackend } from './requests/migration-at-backend.ts';
import { createCompareHeldPictures } from './shadow/compare-held-pictures.ts';
import { createRepeatRequest, type RepeatLocally } from './shadow/repeat-request.ts';
import { createRepeatTranslation } from './shadow/repeat-translation.ts';
import { createShadowDirectory, shadowKey } from './shadow/shadow-key.ts';
import { createShadowRunner, type ShadowRunner } from './shadow/shadow-runner.ts';
import { policyOf } from './stages/stage-record.ts';
import { type MigrationName, nameText } from './stages/stage-store.ts';
import type { StageWatch } from './stages/stage-watch.ts';
import { backendAddress } from './upstream/backend-address.ts';
import { createCredentialWatch } from './upstream/credential-watch.ts';
import { createHttpBackend, type HttpBackend } from './upstream/http-backend.ts';
import { createPace } from './upstream/pace.ts';
import { readWhole } from './upstream/read-answer.ts';
import { createUpstreamConnection } from './upstream/upstream-connection.ts';

/** What all migrations of a process share. */
export interface SharedParts {
  readonly core: CoreParts;
  readonly executor: Core;
  readonly comparer: PictureComparer;
  readonly dialects: readonly LoadedDialectForMigration[];
  readonly gatewayId: string;
  readonly watch: StageWatch;
  /** Makes the gateway carry a client's request out a second time. */
  readonly repeat: RepeatLocally;
  readonly temporaryFiles: Pick<TemporaryFiles, 'newPath'>;
  readonly memoryBytes: number;
  /**
   * Called with the fields that could not be expressed to a backend. `requestId` is set where a client waits.
   */
  readonly onLosses: (name: MigrationName, losses: readonly Loss[], requestId?: string) => void;
  /** Counts for Prometheus. */
  readonly metrics?: Pick<MigrationMetrics, 'parity' | 'credentialRefused'>;
  /** Where people are changed; absent where the settings have no directory that can be changed. */
  readonly registryOfPeople?: PeopleRegistry | undefined;
  /** These parts keep to the backend's `requestsPerSecond`, because no client waits for their answers. */
  readonly paced?: boolean;
}

/** Room for the local swap beside the request to the backend, in milliseconds. */
const LEASE_ROOM_MS = 15_000;

/**
 * Builds the parts of one tenant's migration of one dialect. Throws where its dialects are not loaded or
 * where the gateway cannot speak them as a client.
 */
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
  });
  const address = backendAddress(settings.baseUrl, settings.pictureOrigins);
  const credentialWatch = createCredentialWatch({
    name: nameText(name),
    kind: settings.credential?.kind ?? 'none',
    warn: core.warn,
    onRefused: () => shared.metrics?.credentialRefused(name),
  });
  const learner = createPeopleLearner({
    fields: settings.learn,
    registry: shared.registryOfPeople,
    warn: core.warn,
  });
  const connecting = { connection, address, limitMs, credentialWatch, learner };
  const pace = createPace(settings.requestsPerSecond);
  const pacedBackend = (signal?: AbortSignal) =>
    httpBackend(shared, settings, { ...connecting, pace: () => pace(signal) });
  const backend = shared.paced ? pacedBackend() : httpBackend(shared, settings, connecting);
  const localContext: CommandContext = {
    dialect: settings.dialect,
    principal: { ...name, credentialId: 'migration', scopes: [] },
    intake: {
      ...loaded.dialect.intake(setting),
      // The backend has accepted what it holds, so the local store takes it in as it is.
      formats: READABLE_FORMATS,
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
    local: shared.executor,
    localContext,
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
    credentialWatch,
    learner,
    replica,
    pacedReplica: (signal) => ({ ...replica, backend: pacedBackend(signal) }),
    intake: loaded.dialect.intake(setting),
    rendition,
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
      async policyOf(subjectKey) {
        const { leave, ...stage } = await shared.watch.enter(name);
        leave();
        return policyOf(stage, subjectKey);
      },
    }),
    shadow: buildShadow(shared, settings, {
      name,
      address,
      connection,
      backend,
      credentialWatch,
      learner,
      rendition,
    }),
    // Requests without a body keep some connections for themselves.
    bodies: createUploadAdmission(Math.ceil((settings.maxConnections * 7) / 8), { tenants: () => 1 }),
    captures: {
      newPath: () => shared.temporaryFiles.newPath('shadow'),
      memoryBytes: shared.memoryBytes,
      maxBytes: localContext.intake.maxBytes,
    },
  };
}

function buildShadow(
  shared: SharedParts,
  settings: BackendSettings,
  at: Pick<
    MigrationAtBackend,
    'name' | 'address' | 'connection' | 'backend' | 'credentialWatch' | 'learner'
  > & {
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
  const executor = createCore({
    ...core,
    directory: createShadowDirectory(dialect, core.directory),
  });
  const comparePictures = createCompareHeldPictures({ ...shared, ...core, ...at, dialect });
  return createShadowRunner({
    settings: settings.shadow,
    book,
    repeatRequest: createRepeatRequest({
      repeat: shared.repeat,
      executor,
      backend: at.backend,
      learner: at.learner,
      comparePictures,
      askAgain: async (call, subject) =>
        readWhole(
          await forward({ ...at, settings }, call, {
            credential: settings.passCredential ? { kind: 'client' } : { kind: 'gateway', subject },
          }),
        ),
      book,
      volatile: volatileMembers(dialectNamed(shared, dialect).operations),
      noiseEvery: settings.shadow.noiseEvery,
      ignore: settings.shadow.ignore,
      keepValues: settings.shadow.keepValues,
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

function httpBackend(
  shared: SharedParts,
  settings: BackendSettings,
  connecting: Pick<
    Parameters<typeof createHttpBackend>[0],
    'connection' | 'address' | 'limitMs' | 'credentialWatch' | 'learner' | 'pace'
  >,
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
