import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { DestinationStream, Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock, CommandExecutor, IdSource, Imaging } from './domain/index.ts';
import type { StartGateway } from './explain/explain-request.ts';
import type { LoadedDialect } from './gateway/dialect-registry.ts';
import type { Interceptor } from './gateway/interceptor.ts';
import type { RequestObserver } from './gateway/reports/request-report.ts';
import type { WatchedWorkers } from './imaging/imaging.ts';
import type { Siblings } from './processes/siblings.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { ReloadOrder, ReloadReport } from './settings/reload-report.ts';
import type { Settings } from './settings/settings.ts';
import type { Store } from './store/store.ts';

/** A gateway that serves. */
export interface RunningPolyface {
  /** `http://host:port`. */
  readonly url: string;
  /** The dialects that are spoken, in the settings' order. */
  readonly dialects: readonly LoadedDialect[];
  readonly log: Logger;
  readonly executor: CommandExecutor;
  /** All figures; the admin port shows them. */
  readonly registry: Registry;
  /** Where there is a console: an address that signs one browser in, once. */
  signInLink?(): string;
  /** Answers a request that came in through another listener, whose connection it is. */
  readonly answer: RequestListener;
  /** `/readyz` answers 503 from now on; `stop` follows. */
  beUnready(): void;
  /** Brings changed settings into effect, whole or not at all; no connection is closed. */
  reload(order: ReloadOrder): Promise<ReloadReport>;
  /** Exchanges under way end first; every worker, timer and connection is gone when it resolves. */
  stop(): Promise<void>;
}

/** What a caller may put in the place of the parts that the settings name. */
export interface PolyfaceOverrides {
  readonly store?: Store;
  /** An empty place becomes a new store; default: only for a demo whose data folder is empty. */
  readonly beginStore?: boolean;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Where log lines go; default: standard output. */
  readonly logTo?: DestinationStream;
  /** Where metrics are registered; default: one of its own, without those of the process. */
  readonly registry?: Registry;
  readonly observers?: readonly RequestObserver[];
  /** Asked before any other. */
  readonly interceptor?: Interceptor;
  /** Pages on top of those that the settings name. */
  readonly pages?: readonly RequestHandler[];
  /** The other processes that serve the same port; default: there are none. */
  readonly siblings?: Siblings;
  /** Reads the settings again, as they were read for the start; without it nothing can be reloaded. */
  readonly readSettings?: () => Promise<LoadedSettings>;
  /** Lets the other processes do as this one did when the admin API asked for a reload. */
  readonly tellReload?: () => void;
}

/** The inputs from which the parts are built. */
export interface PolyfacePlan {
  readonly settings: Settings & Partial<Pick<LoadedSettings, 'demo' | 'file' | 'places'>>;
  readonly overrides: PolyfaceOverrides;
  readonly imaging: Imaging & WatchedWorkers;
  /** The store, which is being started. */
  readonly store: Store;
  /**
   * Starts another gateway in this process, with which the operator's side explains requests. Absent in a
   * sandbox, which has no such side.
   */
  readonly start?: StartGateway;
  /**
   * Checks that take a while, such as the start of the store. The gateway listens only once all have succeeded.
   * The parts are built meanwhile.
   */
  readonly proofs: readonly Promise<void>[];
}
