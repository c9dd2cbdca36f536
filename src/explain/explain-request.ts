import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { CommandExecutor, Problem } from '../domain/index.ts';
import type { LoadedDialect } from '../gateway/dialect-registry.ts';
import type { Interceptor } from '../gateway/interceptor.ts';
import type { RequestObserver, RequestReport } from '../gateway/reports/request-report.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { createOverlayStore } from './overlay-store.ts';
import { type Translation, translateForBackend } from './translate-for-backend.ts';

/** What a gateway makes of a request. */
export interface Explanation {
  /** Dialect, operation, who sends it, and the rule that refused it in words, as far as that was found out. */
  readonly report: Pick<RequestReport, 'status' | 'refusal' | (typeof REPORTED)[number]>;
  /** The request in the domain's words; absent where it was refused before. */
  readonly command?: unknown;
  /** What the command led to; absent where it was refused. */
  readonly outcome?: unknown;
  /** The rule that refused the request. */
  readonly problem?: Problem;
  /** Where a backend speaks another dialect: what it would be sent, and what would be lost. */
  readonly translation?: Translation;
  /** The response, byte for byte. */
  readonly response: Buffer;
}

type GatewaySettings = Settings & Partial<Pick<LoadedSettings, 'demo' | 'places'>>;

/** Starts a gateway, as `startPolyface` does. */
export type StartGateway = (
  settings: GatewaySettings,
  parts: {
    readonly store: Store;
    readonly logTo: Writable;
    readonly observers: readonly RequestObserver[];
    readonly interceptor: Interceptor;
  },
) => Promise<{
  readonly url: string;
  readonly executor: CommandExecutor;
  readonly dialects: readonly LoadedDialect[];
  stop(): Promise<void>;
}>;

/** What each step made of the request so far. */
type Seen = { -readonly [Name in keyof Omit<Explanation, 'report' | 'response'>]: Explanation[Name] } & {
  report?: RequestReport;
};

/**
 * Starts a gateway with these settings in this process, sends it a raw HTTP request, and records the result of
 * each step. The gateway reads `store`, or an empty store, and changes nothing there. No backend is called.
 */
export async function explainRequest({
  settings,
  request,
  start,
  store,
}: {
  readonly settings: GatewaySettings;
  readonly request: Buffer;
  readonly start: StartGateway;
  readonly store?: Pick<Store, 'objects' | 'records'>;
}): Promise<Explanation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyface-explain-'));
  const seen: Seen = {};
  let running: Awaited<ReturnType<StartGateway>> | undefined;
  const { migration, admin: _admin, ...rest } = settings;
  try {
    running = await start(
      {
        ...rest,
        dataDir,
        listen: { host: '127.0.0.1', port: 0 },
        imaging: { ...settings.imaging, workers: 1 },
        rateLimits: { ...settings.rateLimits, enabled: false },
      },
      {
        store: store ? createOverlayStore(store) : createMemoryStore(),
        logTo: new Writable({ write: (_line, _encoding, done) => done() }),
        observers: [
          (report, { problem }) => {
            seen.report = report;
            if (problem) seen.problem = problem;
          },
        ],
        interceptor: {
          intercept: async () =>
            running && { executor: watch(running.executor, seen, { dialects: running.dialects, migration }) },
        },
      },
    );
    const response = await sendRaw(Number(new URL(running.url).port), request);
    const { report, ...steps } = seen;
    return { ...steps, report: describeReport(report), response };
  } finally {
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The executor, whose commands and outcomes are written down. */
function watch(
  executor: CommandExecutor,
  seen: Seen,
  at: { readonly dialects: readonly LoadedDialect[]; readonly migration: Settings['migration'] },
): CommandExecutor {
  return {
    ...executor,
    async execute(command, context) {
      seen.command = command;
      const outcome = await executor.execute(command, context);
      seen.outcome = outcome;
      const { dialect, principal } = context;
      const translation = translateForBackend(command, outcome, {
        ...at,
        dialect,
        tenant: principal?.tenant,
      });
      if (translation) seen.translation = translation;
      return outcome;
    },
  };
}

const REPORTED = ['dialect', 'operationId', 'route', 'tenant', 'credentialId', 'refusal'] as const;

function describeReport(report: RequestReport | undefined): Explanation['report'] {
  const known = REPORTED.flatMap((name) => {
    const value = report?.[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status: report?.status ?? 0, ...Object.fromEntries(known) };
}

/** Longest wait for a response, in milliseconds. */
const PATIENCE_MS = 30_000;

async function sendRaw(port: number, request: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  const socket = connect(port, '127.0.0.1', () => socket.end(request));
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the gateway did not respond')));
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('end', () => resolve(Buffer.concat(chunks)));
  socket.once('error', reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
