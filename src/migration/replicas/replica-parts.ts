import type { Core } from '../../core/core.ts';
import type {
  Clock,
  CommandContext,
  Loss,
  ObjectStore,
  PictureComparer,
  RecordStore,
  Spool,
} from '../../domain/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { MigrationName } from '../stages/stage-store.ts';
import type { Backend } from './backend.ts';

/** The parts that keep a subject's local record and a backend in step. */
export interface ReplicaParts {
  readonly name: MigrationName;
  /** The backend's name in a record's `pendingReplicas`. */
  readonly replica: string;
  readonly backend: Backend;
  readonly journal: Journal;
  /** Writes to the local store. */
  readonly local: Core;
  /** How the migration itself writes: it accepts everything that the backend holds. */
  readonly localContext: CommandContext;
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  readonly spool: Spool;
  readonly comparer: PictureComparer;
  readonly clock: Clock;
  readonly newId: () => string;
  /** How long after a request without an answer the backend may still carry it out, in milliseconds. */
  readonly settleMs: number;
  readonly warn: (message: string, cause: unknown) => void;
  /** Called with the fields that a push could not express to the backend. */
  readonly onLosses?: (losses: readonly Loss[]) => void;
}

/** The name of a dialect's backend in a record's `pendingReplicas`. */
export function replicaName(dialect: string): string {
  return `backend/${dialect}`;
}
