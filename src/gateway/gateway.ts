import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { LoadedDialect } from './dialect-registry.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { createUploadStore } from './intake/upload-store.ts';
import { createUploadAdmission } from './limits/upload-admission.ts';
import { createListener } from './listener/listener.ts';
import type { DocumentOperation, OpenApiDocument } from './openapi/open-api-document.ts';
import { createCors } from './pages/cors.ts';
import { createHealthPages } from './pages/health.ts';
import { createServedDocuments } from './pages/served-documents.ts';
import { createGatewayMetrics } from './reports/metrics.ts';
import { createOriginReader } from './requests/client-origin.ts';
import { executeRequest, type InternalRequest, type InternalResponse } from './requests/execute-request.ts';
import { serveRequest } from './requests/serve-request.ts';
import { createRouteTable } from './routes/route-table.ts';
import { createRequestValidator, type RequestValidator } from './validation/request-validator.ts';
import { createResponseValidator, type ResponseValidator } from './validation/response-validator.ts';
import { createSchemaCompiler, type SchemaCompiler } from './validation/schema-compiler.ts';

export type { GatewayParts } from './gateway-parts.ts';

/** The HTTP side of the program. */
export interface Gateway {
  /** Resolves to the address once connections are accepted. */
  start(): Promise<{ readonly port: number; readonly host: string }>;
  /** `/readyz` answers 503 from now on; `stop` follows. */
  beUnready(): void;
  /**
   * `/readyz` answers 503 from now on, and the port stays open for the settings' `unreadySeconds`. Then
   * requests under way end, for at most `shutdownSeconds`.
   */
  stop(): Promise<void>;
  /** Handles a request of the program itself. */
  execute(request: InternalRequest): Promise<InternalResponse>;
  /** Answers a request that came in through another listener, whose connection it is. */
  readonly answer: RequestListener;
  /**
   * Serves every request that begins from now on with these parts. Requests under way end with the parts that
   * they began with. The socket, its limits and the folder of temporary files stay. When it throws, nothing
   * has changed.
   */
  replace(parts: GatewayParts): void;
}

/**
 * How many uploads of the largest in-memory size may be in memory at once. Further uploads go straight to
 * their spool files.
 */
const UPLOADS_IN_MEMORY = 32;

/** How long after a start the schemas are compiled that no request has needed yet. */
const WARM_UP_AFTER_MS = 250;

/**
 * Builds a gateway. Routes and validators come from the dialects' documents, here and once for each set of
 * parts.
 */
export function createGateway(parts: GatewayParts): Gateway {
  let stopping = false;
  let warming = Promise.resolve();
  const quiet = new AbortController();
  const lasting = createLastingParts(
    parts,
    () => stopping,
    () => current.context.parts.settings.tenants.length,
  );
  const { uploads } = lasting;
  const serve = (served: GatewayParts) => {
    const context = createContext(served, lasting);
    const commonHeaders = createCommonHeaders(context);
    const app = createApp(context, commonHeaders);
    return { context, app, setCommonHeaders: createPlainApp().use(commonHeaders) };
  };
  let current = serve(parts);
  const answer: RequestListener = (request, response) => current.app(request, response);
  const listener = createListener(() => current.context, answer);
  async function warmUp(): Promise<void> {
    // The pause lets requests that waited for the start be answered before the compiler is loaded.
    await pause(WARM_UP_AFTER_MS, undefined, { signal: quiet.signal, ref: false }).catch(() => {});
    if (!stopping) await current.context.warmUp();
  }
  function warmUpLater(): void {
    const before = warming;
    warming = warmUp()
      .catch((cause: unknown) => {
        parts.log.error({ err: cause }, 'a schema of a document cannot be compiled');
      })
      .then(() => before);
  }

  return {
    answer,
    execute: (request) => executeRequest(current.context, current.setCommonHeaders, request),
    replace(next) {
      current = serve(next);
      warmUpLater();
    },
    async start() {
      await uploads.start();
      const address = await listener.start();
      warmUpLater();
      return address;
    },
    beUnready() {
      stopping = true;
    },
    async stop() {
      stopping = true;
      quiet.abort();
      const { unreadySeconds } = parts.settings.limits;
      if (unreadySeconds > 0) await pause(unreadySeconds * 1000);
      await Promise.all([listener.stop(), warming]);
      uploads.stop();
    },
  };
}

/** The parts that stay when the other parts of a gateway are replaced. */
type LastingParts = Pick<
  GatewayContext,
  'uploads' | 'admission' | 'metrics' | 'inFlight' | 'surplus' | 'isStopping'
>;

function createLastingParts(
  parts: GatewayParts,
  isStopping: () => boolean,
  tenants: () => number,
): LastingParts {
  const { settings, registry, log } = parts;
  const { spoolMemoryBytes, maxConcurrentUploads } = settings.limits;
  const admission = createUploadAdmission(maxConcurrentUploads, { tenants });
  return {
    uploads: createUploadStore({
      folder: join(settings.dataDir, 'spool'),
      memoryBytes: spoolMemoryBytes,
      budgetBytes: spoolMemoryBytes * UPLOADS_IN_MEMORY,
      onSweepFailure: (cause) => log.warn({ err: cause }, 'spool files that a crash left cannot be swept'),
    }),
    admission,
    metrics: createGatewayMetrics(admission, registry),
    inFlight: new Set(),
    surplus: new WeakSet(),
    isStopping,
  };
}

function createContext(parts: GatewayParts, lasting: LastingParts): GatewayContext {
  const { settings, dialects } = parts;
  const validators = new Map<DocumentOperation, RequestValidator>();
  const responseValidators = new Map<OpenApiDocument, ResponseValidator>();
  const compilers: SchemaCompiler[] = [];
  for (const loaded of dialects) {
    const compiler = createSchemaCompiler();
    for (const documented of loaded.operations) {
      validators.set(documented, createRequestValidator(documented, compiler));
    }
    if (settings.validateResponses !== 'off') {
      for (const document of documentsInUse(loaded))
        responseValidators.set(document, createResponseValidator(document, compiler));
    }
    compilers.push(compiler);
  }
  return {
    ...lasting,
    parts,
    readOrigin: createOriginReader(settings.trustedProxies),
    routes: createRouteTable(dialects),
    validatorOf: (documented) => required(validators.get(documented)),
    responseValidatorOf: (loaded, profile) => required(responseValidators.get(loaded.documentOf(profile))),
    async warmUp() {
      for (const compiler of compilers) await compiler.warmUp();
    },
  };
}

/** The document of the one profile that is served, or of both where the client decides. */
function documentsInUse(loaded: LoadedDialect): OpenApiDocument[] {
  return loaded.profileOfClient
    ? [loaded.documentOf('documented'), loaded.documentOf('observed')]
    : [loaded.document];
}

/** Sets the headers that every response has, for security and CORS, and answers CORS preflights. */
function createCommonHeaders({ parts: { settings }, routes }: GatewayContext): RequestHandler[] {
  // Only an https address says that TLS ends before the gateway; other hosts of the domain are not ours to
  // decide about.
  const isBehindTls = settings.publicUrl?.startsWith('https:') === true;
  return [
    helmet({ strictTransportSecurity: isBehindTls && { includeSubDomains: false } }),
    createCors(settings.cors.origins, routes),
  ];
}

/** Express without its own additions. */
function createPlainApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  return app;
}

/**
 * Each handler passes a request on at once. The request has to be under way before the parser reads its body.
 * Otherwise a fault in the first bytes of the body would find no request to end. Do not put an express app into
 * this one, because it would pass the request on a turn later.
 */
function createApp(context: GatewayContext, commonHeaders: readonly RequestHandler[]): Express {
  const { parts } = context;
  const { settings, dialects } = parts;
  const app = createPlainApp();
  for (const set of commonHeaders) app.use(set);
  app.use(
    createHealthPages({
      ready: parts.ready ?? (async () => {}),
      isStopping: () => context.isStopping(),
    }),
  );
  app.use((request, response, next) =>
    context.surplus.has(request) ? serveRequest(context, request, response) : next(),
  );
  if (settings.docs)
    app.use(
      createServedDocuments(dialects, { publicUrl: settings.publicUrl, readOrigin: context.readOrigin }),
    );
  for (const page of parts.pages ?? []) app.use(page);
  app.use((request, response) => serveRequest(context, request, response));
  app.use(handlePageFailures(context));
  return app;
}

/** Handles failures outside of requests to a dialect: in a page, or in express itself. */
function handlePageFailures({ parts }: GatewayContext): ErrorRequestHandler {
  return (cause, _request, response, _next) => {
    parts.log.error({ err: cause }, 'a page failed');
    if (response.headersSent || response.destroyed) response.destroy();
    else response.status(500).json({ title: 'Internal Server Error', status: 500 });
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no validator was built for this operation or document');
  return value;
}
