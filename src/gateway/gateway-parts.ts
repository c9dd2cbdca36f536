import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock, CommandExecutor, IdSource, ObjectStore } from '../domain/index.ts';
import type { Settings } from '../settings/settings.ts';
import type { Authenticator } from './credentials/authenticator.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { ExchangeObserver } from './exchange-report.ts';
import type { Interceptor } from './interceptor.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';

/** What a gateway is made of. Whoever built a part starts and stops it; the gateway owns its sockets and its spool folder. */
export interface GatewayParts {
  readonly settings: Pick<
    Settings,
    'listen' | 'publicUrl' | 'dataDir' | 'limits' | 'cors' | 'validateResponses'
  >;
  readonly dialects: readonly LoadedDialect[];
  readonly executor: CommandExecutor;
  readonly authenticator: Authenticator;
  readonly rates: Pick<RateLimiter, 'admit' | 'admitStranger'>;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
  /** Rejects while the gateway should get no traffic; asked by `/readyz`. */
  readonly ready?: () => Promise<void>;
  /** Gets the gateway's metrics beside those of other parts; default: one of its own. */
  readonly registry?: Registry;
  readonly interceptor?: Interceptor;
  readonly observers?: readonly ExchangeObserver[];
  /** Further pages (`/docs`, `/console`): asked before any dialect, in order; they call `next` for paths that are not theirs. */
  readonly pages?: readonly RequestHandler[];
}
