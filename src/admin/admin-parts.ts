import type { Logger } from 'pino';
import type { AuditLog } from '../audit/audit-log.ts';
import type { BackgroundWork } from '../core/background-work.ts';
import type { CoreParts } from '../core/core-parts.ts';
import type { Clock, ObjectStore, RecordStore, SubjectDirectory } from '../domain/index.ts';
import type { ShownExplanation } from '../explain/show-explanation.ts';
import type { LoadedDialect } from '../gateway/dialect-registry.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import type { AdminSettings } from '../settings/admin-settings.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';
import type { ReloadOrder, ReloadReport } from '../settings/reload-report.ts';
import type { Settings } from '../settings/settings.ts';
import type { AdminTokens } from './admin-tokens.ts';
import type { OperatorAuthenticator } from './authenticate-operator.ts';
import type { Figures } from './figures.ts';
import type { Jobs } from './jobs.ts';
import type { KeptRequests } from './kept-requests.ts';
import type { SignIn } from './sign-in.ts';

/** The parts that depend on the settings. A reload replaces them. */
export interface ServedSettings {
  readonly settings: Settings & Partial<Pick<LoadedSettings, 'demo' | 'file'>>;
  readonly dialects: readonly LoadedDialect[];
  readonly directory: SubjectDirectory;
  /** Absent where the settings name no directory of people that can be changed. */
  readonly people?: NonNullable<CoreParts['people']>;
  readonly background: BackgroundWork;
  /** The revision of these settings. Gateways with the same settings have the same one. */
  readonly revision: string;
}

/** The parts of the operator's side. */
export interface AdminParts {
  readonly admin: AdminSettings;
  /** The parts that the gateway serves with now. A reload replaces them. */
  readonly current: () => ServedSettings;
  readonly reload: (order: ReloadOrder) => Promise<ReloadReport>;
  /** Explains how this gateway would handle a raw request, and changes nothing. */
  readonly explain: (written: Buffer) => Promise<ShownExplanation>;
  readonly gateway: {
    readonly id: string;
    readonly version: string;
    readonly startedAtMs: number;
    /** Rejects while the gateway should get no traffic. */
    readonly ready: () => Promise<void>;
    readonly work: () => Promise<{
      /** Uploads being received or worked on. */
      readonly uploadsUnderWay: number;
      /** Processes that decode and render pictures. */
      readonly workers: number;
      readonly workersBusy: number;
      readonly picturesWaiting: number;
    }>;
  };
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly migrations: readonly OperatedBackend[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly tokens: AdminTokens;
  readonly signIn: SignIn;
  readonly authenticator: OperatorAuthenticator;
  readonly figures: Figures;
  /** Present where the settings keep requests in the store. */
  readonly kept?: KeptRequests;
  readonly jobs: Jobs;
}
