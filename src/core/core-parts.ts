import type {
  Clock,
  DownloadLinks,
  IdSource,
  Imaging,
  ObjectStore,
  PeopleRegistry,
  RecordStore,
  Spool,
  StoredPicture,
  SubjectDirectory,
  TokenIssuer,
} from '../domain/index.ts';
import type { BackgroundWork } from './background-work.ts';
import type { KeyedLocks } from './keyed-locks.ts';
import type { ErasureParts, PersonKeeper } from './person-keeper.ts';
import type { SharedWork } from './shared-work.ts';

/** What the use cases work with. */
export interface CoreParts {
  readonly directory: SubjectDirectory;
  /** Absent where the settings name no registry of people that can be changed. */
  readonly people?: {
    readonly registry: PeopleRegistry;
    readonly keepers: (tenant: string) => readonly PersonKeeper[];
    readonly erasure: ErasureParts;
  };
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly imaging: Imaging;
  readonly spool: Spool;
  readonly links: DownloadLinks;
  readonly tokens: TokenIssuer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly background: BackgroundWork;
  /** Reports a failure that made no request fail. */
  readonly warn: (message: string, cause: unknown) => void;
  /** Reports a body that is gone although its record still names it. */
  readonly reportMissing?: (bodyKey: string) => void;
}

/** The parts, and what the use cases share. */
export interface UseCaseParts extends CoreParts {
  /**
   * Renditions that are made at a first read, by image and recipe: many readers of one new picture cause one
   * decoding.
   */
  readonly firstReads: SharedWork<StoredPicture | undefined>;
  /** By subject key: changes of one record wait for each other instead of racing. */
  readonly subjectLocks: KeyedLocks;
}
