import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createBackgroundWork } from '../../../src/core/background-work.ts';
import { createCore } from '../../../src/core/core.ts';
import { subjectKey } from '../../../src/core/subject-key.ts';
import type { CommandExecutor, ObjectStore, Subject, SubjectDirectory } from '../../../src/domain/index.ts';
import { createAuthenticator } from '../../../src/gateway/credentials/authenticator.ts';
import { type LoadedDialect, loadDialects } from '../../../src/gateway/dialect-registry.ts';
import { createDownloadLinks } from '../../../src/gateway/downloads/download-links.ts';
import { createGateway, type Gateway, type GatewayParts } from '../../../src/gateway/gateway.ts';
import { createRateLimiter } from '../../../src/gateway/limits/rate-limiter.ts';
import { createImaging } from '../../../src/imaging/imaging.ts';
import type { DialectSettings, LimitSettings, TenantSettings } from '../../../src/settings/settings.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { createSpool } from '../../../src/temporary-files/spool.ts';

/** A running gateway on a free port over a memory store and real imaging. */
export interface RunningGateway {
  readonly url: string;
  /** The figures, which the admin port would show. */
  readonly registry: Registry;
  readonly port: number;
  readonly dialects: readonly LoadedDialect[];
  readonly objects: ObjectStore;
  readonly executor: CommandExecutor;
  readonly execute: Gateway['execute'];
  /** Parsed log lines so far. */
  readonly logLines: Record<string, unknown>[];
  /** Names in the spool folder. */
  spooled(): Promise<string[]>;
  /** Moves the gateway's clock. */
  advance(ms: number): void;
  stop(): Promise<void>;
}

/** What a test may change. */
export interface GatewayChanges
  extends Partial<Pick<GatewayParts, 'interceptor' | 'ready' | 'pages' | 'observers'>> {
  readonly dialects?: Readonly<Record<string, DialectSettings>>;
  readonly tenants?: readonly TenantSettings[];
  readonly limits?: Partial<LimitSettings>;
  readonly settings?: Partial<GatewayParts['settings']>;
}

export const LIMITS: LimitSettings = {
  headersTimeoutSeconds: 5,
  requestTimeoutSeconds: 60,
  bodyTimeoutSeconds: 5,
  minBytesPerSecond: 0,
  minRateWindowSeconds: 5,
  keepAliveTimeoutSeconds: 5,
  maxConnections: 500,
  maxConcurrentUploads: 64,
  drainBytes: 64 << 20,
  drainSeconds: 5,
  spoolMemoryBytes: 65_536,
  unreadySeconds: 0,
  shutdownSeconds: 5,
};

const fixture = (name: string): DialectSettings => ({
  profile: 'documented',
  folder: new URL(`../own-dialects/${name}`, import.meta.url).pathname,
  document: new URL(`../own-dialects/${name}.yaml`, import.meta.url).pathname,
  options: {},
});

/** The two dialects that only tests know. */
export const FIXTURE_DIALECTS = { plain: fixture('plain'), bare: fixture('bare') };

/** Ada and Grace, known to both, and the keys that the tests use. */
export const FIXTURE_TENANT: TenantSettings = {
  id: 'demo',
  strictSubjects: true,
  dialects: { plain: { options: { greeting: 'hello from demo' } } },
  credentials: [
    { kind: 'key', id: 'writer', dialect: 'plain', scopes: ['write'], secret: { plain: 'plain-writer-key' } },
    { kind: 'key', id: 'reader', dialect: 'plain', scopes: [], secret: { plain: 'plain-reader-key' } },
    {
      kind: 'key',
      id: 'ada',
      dialect: 'bare',
      scopes: [],
      subject: 'ada',
      secret: { plain: 'bare-ada-token' },
    },
  ],
  subjects: ['ada', 'grace'].map((id) => ({
    id,
    aliases: { plain: id, bare: id },
    identifiers: {},
    profile: { firstName: id },
  })),
};

export async function startGateway(changes: GatewayChanges = {}): Promise<RunningGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-gateway-'));
  const tenants = changes.tenants ?? [FIXTURE_TENANT];
  const dialects = await loadDialects({ dialects: changes.dialects ?? FIXTURE_DIALECTS, tenants });
  let offsetMs = 0;
  const clock = { nowMs: () => Date.now() + offsetMs };
  const logLines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => logLines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const { objects, records } = createMemoryStore();
  const imaging = createImaging({
    workers: 1,
    timeoutSeconds: 20,
    memoryMiB: 512,
    limitMegapixels: 50,
    limitSidePixels: 12_000,
    queue: 500,
    scratchDir: join(folder, 'scratch'),
  });
  await imaging.start();
  const background = createBackgroundWork((message, cause) => log.warn({ err: cause }, message));
  const limits = { ...LIMITS, ...changes.limits };
  const executor = createCore({
    directory: directoryOf(tenants),
    objects,
    records,
    imaging,
    spool: createSpool({ folder: join(folder, 'held'), memoryBytes: 1 << 20 }),
    links: createDownloadLinks({
      keys: [{ id: 'k1', secret: 'a'.repeat(32) }],
      objects,
      mode: 'gateway',
      clock,
    }),
    tokens: { issue: () => Promise.reject(new Error('no tokens here')) },
    clock,
    ids: { newId },
    background,
    warn: (message, cause) => log.warn({ err: cause }, message),
  });
  const rates = createRateLimiter({ enabled: true, log });
  const registry = new Registry();
  const gateway = createGateway({
    registry,
    settings: {
      listen: { host: '127.0.0.1', port: 0 },
      trustedProxies: [],
      tenants,
      dataDir: folder,
      limits,
      cors: { origins: [] },
      validateResponses: 'off',
      docs: true,
      ...changes.settings,
    },
    dialects,
    executor,
    authenticator: createAuthenticator({
      tenants,
      records,
      clock,
      signingKeys: [{ id: 's1', secret: 'b'.repeat(32) }],
      log,
    }),
    rates,
    objects,
    clock,
    ids: { newId },
    log,
    ...(changes.interceptor && { interceptor: changes.interceptor }),
    ...(changes.ready && { ready: changes.ready }),
    ...(changes.pages && { pages: changes.pages }),
    ...(changes.observers && { observers: changes.observers }),
  });
  const { port } = await gateway.start();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    registry,
    dialects,
    objects,
    executor,
    execute: gateway.execute,
    logLines,
    spooled: () => readdir(join(folder, 'spool')),
    advance: (ms) => {
      offsetMs += ms;
    },
    async stop() {
      await gateway.stop();
      await background.settle();
      await imaging.stop(1);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const newId = () => randomBytes(16).toString('hex');

function directoryOf(tenants: readonly TenantSettings[]): SubjectDirectory {
  const people = tenants.flatMap((tenant) =>
    tenant.subjects.map(
      ({ id, aliases, profile }): Subject => ({
        key: subjectKey(tenant.id, id),
        tenant: tenant.id,
        id,
        aliases,
        profile,
      }),
    ),
  );
  return {
    byAlias: async (tenant, dialect, id) =>
      people.find((one) => one.tenant === tenant && one.aliases[dialect] === id),
    byIdentifier: async () => undefined,
    byKey: async (tenant, key) => people.find((one) => one.tenant === tenant && one.key === key),
  };
}
