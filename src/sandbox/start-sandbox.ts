import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { RequestHandler } from 'express';
import type { WireProfile } from '../domain/index.ts';
import { DOWNLOAD_PREFIX } from '../gateway/downloads/download-links.ts';
import { type RunningPolyface, startPolyface } from '../main.ts';
import { projectFiles } from '../prepared/project-files.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { createFaultChooser, type FaultChooser } from './choose-faults.ts';
import { createControlPages } from './control-pages.ts';
import { createExchangeLog, type ExchangeQuery, type LoggedExchange } from './exchange-log.ts';
import type { FaultPlan } from './fault-plan.ts';
import { createForgettingStore } from './forgetting-store.ts';
import { createFaultInterceptor } from './inject-faults.ts';
import { createLaggingRecords } from './lagging-records.ts';
import { createSandboxClock, type SandboxClock } from './sandbox-clock.ts';
import { createSeededIds } from './seeded-ids.ts';
import { shapeAnswer } from './shape-answer.ts';
import { type KnownOperations, unknownCall } from './unknown-calls.ts';

/** What a sandbox shall be; nothing is needed. */
export interface SandboxOptions {
  /** Default: all of the demo's. */
  readonly dialects?: readonly string[];
  /** Of every dialect; default `documented`. */
  readonly profile?: WireProfile;
  /** Default 0: a free one. */
  readonly port?: number;
  /** The moment at which the clock stands still; default: it goes. */
  readonly clock?: Date;
  /** Ids and signatures follow from it; default: nobody can guess them. */
  readonly seed?: string;
  readonly faults?: readonly FaultPlan[];
  /** Whether the dialects' rate limits hold; default `false`: tests ask faster than clients do. */
  readonly rateLimits?: boolean;
  /** Whether `/docs` is served; default `false`. */
  readonly docs?: boolean;
  /** People, keys and everything else: the settings of the demo, to be changed. */
  readonly settings?: (demo: Settings) => Settings;
}

/** A gateway for tests. */
export interface Sandbox {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly clock: SandboxClock;
  /** What was asked of it since the start or the last `reset`, in order. */
  exchanges(query?: ExchangeQuery): Promise<readonly LoggedExchange[]>;
  /** Replaces all fault plans; counting of calls starts afresh. Throws where one is about an operation or a dialect that there is not. */
  plan(...faults: readonly FaultPlan[]): void;
  /** No pictures, no exchanges, the options' own faults, ids from the beginning; the clock stays. For between two tests. */
  reset(): void;
  stop(): Promise<void>;
}

/**
 * Starts a gateway in this process: in memory, every answer held against its document. Nothing of it is left when `stop` resolves.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyface-sandbox-'));
  const clock = createSandboxClock(options.clock?.getTime());
  const ids = createSeededIds(options.seed);
  const faults = createFaultChooser();
  const log = createExchangeLog();
  const memory = createForgettingStore(() => clock.nowMs());
  const lagging = createLaggingRecords(memory.store.records);
  const reset = () => {
    memory.forget();
    lagging.forget();
    log.clear();
    ids.restart();
    faults.plan(options.faults ?? []);
  };
  reset();
  let running: RunningPolyface | undefined;
  const started = () => {
    if (!running) throw new Error('the sandbox has not started');
    return running;
  };
  const operations = () => operationsOf(started());
  try {
    running = await startPolyface(await settingsOf(options, dataDir), {
      clock,
      ids,
      store: { ...memory.store, records: lagging.records },
      logTo: new Writable({ write: (_line, _encoding, done) => done() }),
      observers: [log.observer],
      pages: [
        createControlPages({
          log,
          operations,
          plan: (plans) => faults.plan(plans),
          reset,
          advance: clock.advance,
        }),
        log.page,
        createDownloadFaults(faults),
      ],
      interceptor: createFaultInterceptor({
        faults,
        records: lagging,
        executor: () => started().executor,
      }),
    });
    requireKnown(options.faults ?? [], operations());
    return {
      url: running.url,
      clock,
      exchanges: (query) => log.find(query),
      plan(...plans) {
        requireKnown(plans, operations());
        faults.plan(plans);
      },
      reset,
      async stop() {
        await started().stop();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  } catch (cause) {
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
    throw cause;
  }
}

function operationsOf({ dialects }: RunningPolyface): KnownOperations {
  return Object.fromEntries(
    dialects.map(({ dialect, operations }) => [
      dialect.name,
      operations.map(({ operationId }) => operationId),
    ]),
  );
}

function requireKnown(plans: readonly FaultPlan[], known: KnownOperations): void {
  const unknown = unknownCall(plans, known);
  if (unknown !== undefined) throw new Error(`faults: ${unknown}`);
}

async function settingsOf(options: SandboxOptions, dataDir: string) {
  const { dialects, profile = 'documented', port = 0, seed, rateLimits = false, docs = false } = options;
  const file = join(projectFiles().root, 'config/demo.yaml');
  // What a test makes of the demo's settings stands in no file.
  const { places: _places, ...demo } = await loadSettings({ env: {}, overrides: { file, port, dataDir } });
  const unknown = (dialects ?? []).filter((name) => !(name in demo.dialects));
  if (unknown.length > 0) throw new Error(`the sandbox does not speak ${unknown.join(', ')}`);
  const settings: Settings = {
    ...demo,
    dialects: Object.fromEntries(
      Object.entries(demo.dialects)
        .filter(([name]) => dialects?.includes(name) ?? true)
        .map(([name, own]) => [name, { ...own, profile }]),
    ),
    imaging: { ...demo.imaging, workers: 1 },
    rateLimits: { enabled: rateLimits },
    validateResponses: 'enforce',
    docs,
    ...(seed === undefined
      ? {}
      : { downloads: { ...demo.downloads, keys: [{ id: 'sandbox', secret: secretOf(seed) }] } }),
  };
  return { demo: true, ...(options.settings?.(settings) ?? settings) };
}

function secretOf(seed: string): string {
  return createHash('sha256').update(`signing ${seed}`).digest('base64url');
}

/** Downloads belong to no dialect: their faults are decided at the door. */
function createDownloadFaults(faults: FaultChooser): RequestHandler {
  return ({ method, path, headers }, response, next) => {
    if (path.startsWith(DOWNLOAD_PREFIX)) shapeAnswer(response, faults.choose({ method, path, headers }));
    next();
  };
}
