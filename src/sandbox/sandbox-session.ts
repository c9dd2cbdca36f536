import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { RequestHandler } from 'express';
import { buildPolyface } from '../build-polyface.ts';
import type { Imaging } from '../domain/index.ts';
import { DOWNLOAD_PREFIX } from '../gateway/downloads/download-links.ts';
import type { RequestReport } from '../gateway/reports/request-report.ts';
import { createPictureComparer } from '../imaging/compare-pictures.ts';
import type { PictureDescriber, WatchedWorkers } from '../imaging/imaging.ts';
import type { RunningPolyface } from '../polyface-plan.ts';
import { createControlPages } from './control-pages.ts';
import { createExchangeLog, type ExchangeQuery, type LoggedExchange } from './exchange-log.ts';
import { createFaultChooser, type FaultChooser } from './faults/choose-faults.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { createFaultInterceptor } from './faults/inject-faults.ts';
import { createLaggingRecords } from './faults/lagging-records.ts';
import { refuseUnknownFaults, requireFaultPlans } from './faults/require-known-faults.ts';
import { shapeAnswer } from './faults/shape-answer.ts';
import { createForgettingStore } from './forgetting-store.ts';
import type { RefusedRequest } from './inbox/explain-refusal.ts';
import { createInbox, type InboxLimits, type UploadQuery } from './inbox/inbox.ts';
import { findPicture, type PictureAnswer, type PictureQuestion } from './inbox/picture-question.ts';
import { readPictureQuestion } from './inbox/read-picture-question.ts';
import type { ReceivedUpload } from './inbox/received-upload.ts';
import { createInboxPages } from './inbox-pages.ts';
import { createSandboxClock, type SandboxClock } from './sandbox-clock.ts';
import { type SandboxSettingsOptions, sandboxSettings } from './sandbox-settings.ts';
import { createSeededIds } from './seeded-ids.ts';

/** The options of a session. None is required. */
export interface SessionOptions extends Omit<SandboxSettingsOptions, 'host' | 'port' | 'docs'> {
  /** The time at which the clock stands still. By default the clock runs. */
  readonly clock?: Date;
  readonly faults?: readonly FaultPlan[];
  /** How much the inbox keeps. The oldest uploads are dropped first. Default: 200 uploads, 64 MiB. */
  readonly inbox?: Partial<InboxLimits>;
}

/** A gateway with its own pictures, people, faults, clock and inbox. */
export interface SandboxSession {
  /** `http://127.0.0.1:port`. Requests to it need no header that names the session. */
  readonly url: string;
  readonly clock: SandboxClock;
  /** The requests since the start or the last `reset`, in order. */
  exchanges(query?: ExchangeQuery): Promise<readonly LoggedExchange[]>;
  /** The uploads among them, accepted or not, with facts about their files. */
  uploads(query?: UploadQuery): Promise<readonly ReceivedUpload[]>;
  /** The `n`-th upload that matches (default: the first). Throws after `timeoutMs` (default 5,000). */
  waitForUpload(
    query?: UploadQuery,
    options?: { readonly n?: number; readonly timeoutMs?: number },
  ): Promise<ReceivedUpload>;
  /** Whether such a picture was received. If not, the answer says in words how the nearest one differs. */
  findPicture(question: PictureQuestion): Promise<PictureAnswer>;
  /**
   * Replaces all fault plans, and counts calls from 1 again. Throws if a plan is malformed or can never apply.
   */
  plan(...faults: readonly FaultPlan[]): void;
  /**
   * Call it between two tests. Removes all pictures, exchanges and uploads, restores the faults of the options,
   * and starts the ids again. Does not change the clock.
   */
  reset(): void;
}

/** A session, with the functions that the sandbox calls. */
export interface RunningSession extends SandboxSession {
  readonly answer: RunningPolyface['answer'];
  stop(): Promise<void>;
}

/** The parts of a session. */
export interface SessionParts {
  readonly options: SessionOptions & Pick<SandboxSettingsOptions, 'host' | 'port' | 'docs'>;
  /** Shared by all sessions. */
  readonly imaging: Imaging & PictureDescriber & WatchedWorkers;
  /** Is part of signed addresses, so that they lead back to the session. */
  readonly keyId: string;
  readonly dataDir: string;
  /** Asked before all other pages. */
  readonly pages?: readonly RequestHandler[];
  readonly proofs?: readonly Promise<void>[];
}

const DEFAULT_LIMITS: InboxLimits = { uploads: 200, bytes: 64 * 1024 * 1024 };

/**
 * Starts a gateway in this process. It keeps everything in memory, and checks every response against its
 * document.
 */
export async function startSession(parts: SessionParts): Promise<RunningSession> {
  const { options, imaging, keyId, dataDir } = parts;
  const settings = await sandboxSettings(options, join(dataDir, encodeURIComponent(keyId)), keyId);
  const clock = createSandboxClock(options.clock?.getTime());
  const ids = createSeededIds(options.seed === undefined ? undefined : `${options.seed} ${keyId}`);
  const faults = createFaultChooser();
  const limits = { ...DEFAULT_LIMITS, ...options.inbox };
  const comparer = createPictureComparer(imaging);
  const memory = createForgettingStore(() => clock.nowMs());
  const lagging = createLaggingRecords(memory.store.records);
  const log = createExchangeLog({
    nowMs: () => clock.nowMs(),
    maxBodyBytes: limits.bytes,
    receive: (exchange) => inbox.receive(exchange),
  });
  const inbox = createInbox({
    limits,
    imaging,
    settled: () => log.settle(),
    explain: (report) => describeRequest(report, requireStarted(), settings),
    personOf: ({ dialect, tenant }, id) =>
      settings.tenants
        .find((one) => one.id === tenant)
        ?.subjects.find(({ aliases }) => dialect !== undefined && aliases[dialect] === id)?.id,
  });
  const reset = () => {
    memory.forget();
    lagging.forget();
    log.clear();
    inbox.clear();
    ids.restart();
    faults.plan(options.faults ?? []);
  };
  reset();
  let running: RunningPolyface | undefined;
  const requireStarted = () => {
    if (!running) throw new Error('the sandbox has not started');
    return running;
  };
  const operations = () =>
    Object.fromEntries(
      requireStarted().dialects.map((loaded) => [
        loaded.dialect.name,
        loaded.operations.map(({ operationId }) => operationId),
      ]),
    );
  const ask = (question: PictureQuestion) => findPicture(inbox, comparer, question);
  const inboxPages = createInboxPages({ inbox, imaging, ask });
  running = await buildPolyface({
    settings,
    imaging,
    store: { ...memory.store, records: lagging.records },
    proofs: parts.proofs ?? [],
    overrides: {
      clock,
      ids,
      logTo: new Writable({ write: (_line, _encoding, done) => done() }),
      observers: [log.observer],
      pages: [
        ...(parts.pages ?? []),
        createControlPages({
          log,
          operations,
          plan: (plans) => faults.plan(plans),
          reset,
          advance: clock.advance,
        }),
        inboxPages.handle,
        refuseUnknownFaults,
        log.page,
        createDownloadFaults(faults),
      ],
      interceptor: createFaultInterceptor({
        faults,
        records: lagging,
        executor: () => requireStarted().executor,
      }),
    },
  });
  try {
    requireFaultPlans(options.faults ?? [], operations());
  } catch (cause) {
    await running.stop();
    throw cause;
  }
  return {
    url: running.url,
    answer: running.answer,
    clock,
    exchanges: (query) => log.find(query),
    uploads: (query) => inbox.list(query),
    async waitForUpload(query = {}, { n = 1, timeoutMs = 5000 } = {}) {
      const found = await inbox.waitFor(query, n, timeoutMs);
      const upload = found?.[n - 1];
      if (upload) return upload;
      const { length } = await inbox.list(query);
      throw new Error(`${length} of ${n} uploads came within ${timeoutMs} ms: ${JSON.stringify(query)}`);
    },
    async findPicture({ looksLike, ...rest }) {
      const question = readPictureQuestion(rest);
      if (typeof question === 'string') throw new Error(`findPicture: ${question}`);
      return ask({ ...question, ...(looksLike && { looksLike }) });
    },
    plan(...plans) {
      faults.plan(requireFaultPlans(plans, operations()));
    },
    reset,
    async stop() {
      inboxPages.end();
      await requireStarted().stop();
      await inbox.settle();
    },
  };
}

function describeRequest(
  { dialect, operationId, tenant }: RequestReport,
  { dialects }: RunningPolyface,
  { imaging, tenants }: Awaited<ReturnType<typeof sandboxSettings>>,
): RefusedRequest {
  const loaded = dialects.find((one) => one.dialect.name === dialect);
  const documented = loaded?.operations.find((one) => one.operationId === operationId);
  const people = tenants.find(({ id }) => id === tenant)?.subjects ?? [];
  return {
    ...(loaded && { loaded }),
    ...(documented && { documented }),
    limits: imaging,
    subjects: people.flatMap(({ aliases }) => (dialect === undefined ? [] : (aliases[dialect] ?? []))),
  };
}

/** Applies faults to downloads. They belong to no dialect, so the interceptor does not see them. */
function createDownloadFaults(faults: FaultChooser): RequestHandler {
  return ({ method, path, headers }, response, next) => {
    if (path.startsWith(DOWNLOAD_PREFIX)) shapeAnswer(response, faults.choose({ method, path, headers }));
    next();
  };
}
