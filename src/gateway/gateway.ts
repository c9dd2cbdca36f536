import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { createBufferGarbage } from '../memory/buffer-garbage.ts';
import { answerExchange } from './answer-exchange.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createUploadStore } from './intake/upload-store.ts';
import { createUploadAdmission } from './limits/upload-admission.ts';
import { createListener } from './listener/listener.ts';
import { createGatewayMetrics } from './metrics.ts';
import type { DocumentOperation } from './openapi/open-api-document.ts';
import { createCors } from './pages/cors.ts';
import { createHealthPages } from './pages/health.ts';
import { createServedDocuments } from './pages/served-documents.ts';
import { createRouteTable } from './routes/route-table.ts';
import { type AnswerJudge, createAnswerJudge } from './validation/answer-judge.ts';
import { createRequestValidator, type RequestValidator } from './validation/request-validator.ts';
import { createSchemaCompiler, type SchemaCompiler } from './validation/schema-compiler.ts';

export type { GatewayParts } from './gateway-parts.ts';

/** The HTTP side of the program. */
export interface Gateway {
  /** Resolves to the address once connections are accepted. */
  start(): Promise<{ readonly port: number; readonly host: string }>;
  /**
   * `/readyz` answers 503 from now on, and the port stays open for the settings' `unreadySeconds`. Then exchanges under way end, for at
   * most `shutdownSeconds`.
   */
  stop(): Promise<void>;
}

/** How many uploads of the largest in-memory size may be in memory at once; further ones go straight to their spool files. */
const UPLOADS_IN_MEMORY = 32;

/** How long after a start the schemas that no request has asked for yet are compiled. */
const WARM_UP_AFTER_MS = 250;

/** Builds a gateway. Routes, validators and judges come from the dialects' documents, here and once. */
export function createGateway(parts: GatewayParts): Gateway {
  let stopping = false;
  let warming = Promise.resolve();
  const quiet = new AbortController();
  const context = createContext(parts, () => stopping);
  const listener = createListener(context, createApp(context));
  async function warmUp(): Promise<void> {
    // Whoever waited for the start is answered before the compiler is loaded.
    await pause(WARM_UP_AFTER_MS, undefined, { signal: quiet.signal, ref: false }).catch(() => {});
    if (!stopping) await context.warmUp();
  }

  return {
    async start() {
      await context.uploads.start();
      const address = await listener.start();
      warming = warmUp().catch((cause: unknown) => {
        parts.log.error({ err: cause }, 'a schema of a document cannot be compiled');
      });
      return address;
    },
    async stop() {
      stopping = true;
      quiet.abort();
      const { unreadySeconds } = parts.settings.limits;
      if (unreadySeconds > 0) await pause(unreadySeconds * 1000);
      await Promise.all([listener.stop(), warming]);
      await context.uploads.stop();
    },
  };
}

function createContext(parts: GatewayParts, isStopping: () => boolean): GatewayContext {
  const { settings, dialects } = parts;
  const { spoolMemoryBytes, maxConcurrentUploads } = settings.limits;
  const admission = createUploadAdmission(maxConcurrentUploads);
  const validators = new Map<DocumentOperation, RequestValidator>();
  const judges = new Map<LoadedDialect, AnswerJudge>();
  const compilers: SchemaCompiler[] = [];
  for (const loaded of dialects) {
    const compiler = createSchemaCompiler();
    for (const documented of loaded.operations) {
      validators.set(documented, createRequestValidator(documented, compiler));
    }
    if (settings.validateResponses !== 'off') {
      judges.set(loaded, createAnswerJudge(loaded.document, compiler));
    }
    compilers.push(compiler);
  }
  return {
    parts,
    routes: createRouteTable(dialects),
    uploads: createUploadStore({
      folder: join(settings.dataDir, 'spool'),
      memoryBytes: spoolMemoryBytes,
      budgetBytes: spoolMemoryBytes * UPLOADS_IN_MEMORY,
      onSweepFailure: (cause) =>
        parts.log.warn({ err: cause }, 'spool files that a crash left cannot be swept'),
    }),
    admission,
    garbage: createBufferGarbage(),
    metrics: createGatewayMetrics(admission, parts.registry),
    validatorOf: (documented) => required(validators.get(documented)),
    judgeOf: (loaded) => required(judges.get(loaded)),
    inFlight: new Set(),
    isStopping,
    async warmUp() {
      for (const compiler of compilers) await compiler.warmUp();
    },
  };
}

function createApp(context: GatewayContext): Express {
  const { parts, routes, metrics } = context;
  const { settings, dialects } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(helmet());
  app.use(createCors(settings.cors.origins, routes));
  app.use(
    createHealthPages({
      ready: parts.ready ?? (async () => {}),
      isStopping: () => context.isStopping(),
      registry: metrics.registry,
    }),
  );
  app.use(createServedDocuments(dialects, settings.publicUrl));
  for (const page of parts.pages ?? []) app.use(page);
  app.use((request, response) => answerExchange(context, request, response));
  app.use(lastResort(context));
  return app;
}

/** For what fails outside of any exchange: a page, or express itself. */
function lastResort({ parts }: GatewayContext): ErrorRequestHandler {
  return (cause, _request, response, _next) => {
    parts.log.error({ err: cause }, 'a page failed');
    if (response.headersSent || response.destroyed) response.destroy();
    else response.status(500).json({ title: 'Internal Server Error', status: 500 });
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('only what was loaded at start can be asked for');
  return value;
}
