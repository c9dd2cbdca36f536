import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock, CommandExecutor, IdSource, ObjectStore } from '../domain/index.ts';
import type { Settings } from '../settings/settings.ts';
import type { Authenticator } from './credentials/authenticator.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { Interceptor } from './interceptor.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';
import type { RequestObserver } from './reports/request-report.ts';

/**
 * The parts of a gateway. The code that built a part starts and stops it. The gateway itself owns its sockets
 * and its spool folder.
 */
export interface GatewayParts {
  readonly settings: Pick<
    Settings,
    | 'listen'
    | 'publicUrl'
    | 'trustedProxies'
    | 'dataDir'
    | 'limits'
    | 'cors'
    | 'validateResponses'
    | 'docs'
    | 'tenants'
  >;
  readonly dialects: readonly LoadedDialect[];
  readonly executor: CommandExecutor;
  readonly authenticator: Authenticator;
  readonly rates: Pick<RateLimiter, 'admit' | 'admitAnonymous'>;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
  /** Rejects while the gateway should get no traffic; `/readyz` asks it. */
  readonly ready?: () => Promise<void>;
  /** The registry for the gateway's metrics and those of other parts; default: one of its own. */
  readonly registry?: Registry;
  /** Reports a body that is gone although its record still names it. */
  readonly reportMissing?: (bodyKey: string) => void;
  readonly interceptor?: Interceptor;
  readonly observers?: readonly RequestObserver[];
  /**
   * Further pages (`/docs`, and those of the sandbox): asked before any dialect, in order; they call `next` for
   * paths that are not theirs.
   */
  readonly pages?: readonly RequestHandler[];
}
