import type { IntakePolicy, Rendition } from '../../domain/index.ts';
import type { UploadAdmission } from '../../gateway/limits/upload-admission.ts';
import type { BackendSettings } from '../../settings/migration-settings.ts';
import type { PeopleLearner } from '../learn/people-learner.ts';
import type { Reconciler } from '../replicas/reconciler.ts';
import type { ReplicaParts } from '../replicas/replica-parts.ts';
import type { ShadowRunner } from '../shadow/shadow-runner.ts';
import type { MigrationName } from '../stages/stage-store.ts';
import type { BackendAddress } from '../upstream/backend-address.ts';
import type { CredentialWatch } from '../upstream/credential-watch.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import type { UpstreamConnection } from '../upstream/upstream-connection.ts';
import type { createCapture } from './capture.ts';

/** Everything of one tenant's migration of one dialect. */
export interface MigrationAtBackend {
  readonly name: MigrationName;
  readonly settings: BackendSettings;
  readonly address: BackendAddress;
  readonly connection: UpstreamConnection;
  readonly backend: HttpBackend;
  readonly credentialWatch: CredentialWatch;
  readonly learner: PeopleLearner;
  readonly replica: ReplicaParts;
  /**
   * The same for a run over a list. What runs send keeps, together, to the backend's `requestsPerSecond`, and
   * a run sends nothing more once its signal has fired.
   */
  readonly pacedReplica: (signal: AbortSignal) => ReplicaParts;
  readonly reconciler: Reconciler;
  readonly shadow: ShadowRunner;
  /** Where copies of shadowed bodies are kept, and how many bytes of each. */
  readonly captures: Omit<Parameters<typeof createCapture>[0], 'mayUseDisk'>;
  /** What clients of the dialect may upload, and what its readers get. */
  readonly intake: IntakePolicy;
  readonly rendition: Rendition;
  /** Places of the bodies that are on their way from clients to the backend. */
  readonly bodies: UploadAdmission;
  /** Whether the backend speaks another dialect than the clients. */
  readonly isTranslated: boolean;
}
