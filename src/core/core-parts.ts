import type {
  Clock,
  DownloadLinks,
  IdSource,
  Imaging,
  ObjectStore,
  RecordStore,
  Spool,
  StoredPicture,
  SubjectDirectory,
  TokenIssuer,
} from '../domain/index.ts';
import type { BackgroundWork } from './background-work.ts';
import type { SharedWork } from './shared-work.ts';

/** What the use cases work with. */
export interface CoreParts {
  readonly directory: SubjectDirectory;
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly imaging: Imaging;
  readonly spool: Spool;
  readonly links: DownloadLinks;
  readonly tokens: TokenIssuer;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly background: BackgroundWork;
  /** Told of what went wrong without failing anybody's request. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** The parts, and what the use cases have between them. */
export interface UseCaseParts extends CoreParts {
  /** Renditions that are made at a first read, by image and recipe: many readers of one new picture cause one decoding. */
  readonly firstReads: SharedWork<StoredPicture | undefined>;
}
