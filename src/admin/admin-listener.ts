import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { serverTimeouts } from '../gateway/listener/server-timeouts.ts';
import { projectFiles } from '../settings/project-files.ts';
import type { AdminParts } from './admin-parts.ts';
import { AdminProblem } from './admin-problem.ts';
import { createAuditRoutes } from './api/audit-routes.ts';
import { createExplainRoutes } from './api/explain-routes.ts';
import { createJobRoutes } from './api/job-routes.ts';
import { createKeyRoutes } from './api/key-routes.ts';
import { createMigrationRoutes } from './api/migration-routes.ts';
import { createOverviewRoutes } from './api/overview-routes.ts';
import { createPeopleChangeRoutes } from './api/people-change-routes.ts';
import { createPeopleRoutes } from './api/people-routes.ts';
import { createPicturePairRoutes } from './api/picture-pair-routes.ts';
import { createRequestRoutes } from './api/request-routes.ts';
import { forRole } from './api/route.ts';
import { createSessionRoutes } from './api/session-routes.ts';
import { createSettingsRoutes } from './api/settings-routes.ts';
import { createTokenRoutes } from './api/token-routes.ts';
import { createUsageRoutes } from './api/usage-routes.ts';
import { asAdminProblem } from './as-admin-problem.ts';
import { guardBrowser } from './guard-browser.ts';

/** The operator's port: metrics, readiness in detail, the admin API and the console. */
export interface AdminListener {
  /** Resolves to its address, `http://host:port`. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

/** Builds the operator's side; `console` serves the page. */
export function createAdminListener(parts: AdminParts, console: RequestHandler): AdminListener {
  const { listen: served, limits } = parts.current().settings;
  const { host, port = portAbove(served.port) } = parts.admin.listen;
  const hosts = new Set(parts.admin.hosts.map((name) => name.toLowerCase()));
  const server = createServer(
    serverTimeouts(limits),
    createApp(parts, console, () => [...hosts]),
  );
  server.maxConnections = limits.maxConnections;
  return {
    async start() {
      await listen(server, host, port);
      const { port: bound } = server.address() as AddressInfo;
      const literal = host.includes(':') ? `[${host}]` : host;
      for (const name of [literal, 'localhost', '127.0.0.1', '[::1]']) {
        hosts.add(`${name}:${bound}`);
        if (bound === 80) hosts.add(name);
      }
      return `http://${literal}:${bound}`;
    },
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      // Streams of events never end by themselves.
      server.closeAllConnections();
      if (server.listening) await promise;
    },
  };
}

/** If the gateway takes any free port (0), so does the console. */
function portAbove(port: number): number {
  return port === 0 ? 0 : port + 1;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

function createApp(parts: AdminParts, console: RequestHandler, hosts: () => readonly string[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(helmet({ strictTransportSecurity: false, contentSecurityPolicy: { directives: CONSOLE_POLICY } }));
  app.use(guardBrowser(hosts));
  app.get(
    '/metrics',
    forRole(parts, 'read', async ({ response }) => {
      const registry = await parts.figures.metrics();
      response.type(registry.contentType).send(await registry.metrics());
    }),
  );
  app.use('/admin/v1', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get(
    '/admin/v1/openapi.yaml',
    forRole(parts, 'read', ({ response }) => {
      response.type('application/yaml').sendFile(join(projectFiles().root, 'openapi/admin.yaml'));
    }),
  );
  // Who signs in or out is not known yet, and sends a short body.
  app.use('/admin/v1/session', express.json({ ...PLAIN, limit: '64kb' }));
  app.use('/admin/v1', createSessionRoutes(parts));
  app.use('/admin/v1', authenticateFirst(parts));
  // Lists of people and keys are long, and so are uploads that are explained. Every other body is short.
  app.use(LONG_BODIES, express.json({ ...PLAIN, limit: '16mb' }));
  app.use('/admin/v1', express.json({ ...PLAIN, limit: '64kb' }));
  for (const routes of [
    createOverviewRoutes(parts),
    createSettingsRoutes(parts),
    createRequestRoutes(parts),
    createExplainRoutes(parts),
    createUsageRoutes(parts),
    createPeopleRoutes(parts),
    createPeopleChangeRoutes(parts),
    createKeyRoutes(parts),
    createAuditRoutes(parts),
    createMigrationRoutes(parts),
    createPicturePairRoutes(parts),
    createJobRoutes(parts),
    createTokenRoutes(parts),
  ]) {
    app.use('/admin/v1', routes);
  }
  app.use(console);
  app.use(() => {
    throw new AdminProblem(404, 'There is nothing under this address.');
  });
  app.use(renderAdminProblem(parts));
  return app;
}

/** Reads no body of a stranger, who could send many long ones. */
function authenticateFirst({ authenticator }: AdminParts): RequestHandler {
  return async (request, _response, next) => {
    await authenticator.authenticate(request);
    next();
  };
}

/** A compressed body could be a thousand times as long as what was sent. */
const PLAIN = { inflate: false, strict: true };

const LONG_BODIES = [
  '/admin/v1/jobs',
  '/admin/v1/explain',
  '/admin/v1/keys/import',
  '/admin/v1/migrations/:tenant/:dialect/advance',
];

/** Allows nothing from other hosts. Pictures may only come from the API. */
const CONSOLE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

function renderAdminProblem({ log }: AdminParts): ErrorRequestHandler {
  return (cause: unknown, _request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem = asAdminProblem(cause);
    if (problem.status >= 500) log.error({ err: cause }, 'an admin request failed');
    const { retryAfterSeconds } = problem.extra;
    if (typeof retryAfterSeconds === 'number') response.set('Retry-After', String(retryAfterSeconds));
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer realm="polyface admin"');
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: 'about:blank',
          title: TITLES[problem.status] ?? 'Error',
          status: problem.status,
          detail: problem.message,
          ...problem.extra,
        }),
      );
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
