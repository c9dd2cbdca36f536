import type { PictureFormat } from './picture-format.ts';

/*
 * Type aliases, not interfaces: only these are assignable to `Json`, which the record store takes.
 */

/** A body in the object store. Its key carries the image id and its bytes never change. */
export type StoredBody = {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex SHA-256. */
  readonly sha256: string;
};

/** A stored body that is a picture. */
export type StoredPicture = StoredBody & {
  readonly format: PictureFormat;
  /** Pixels, upright (after EXIF orientation). 0 in old records of formats that were not decoded. */
  readonly width: number;
  readonly height: number;
};

/** One version of the picture in one slot of a subject. Immutable but for renditions that are added lazily. */
export type ProfileImage = {
  /** 32 hex digits, new for each accepted upload. */
  readonly id: string;
  readonly slot: number;
  /** Counts from 1 within the slot and rises by one with each replacement. */
  readonly version: number;
  /** The subject's generation that this write made. */
  readonly generation: number;
  /** A UUID that stays the same over the versions of a slot. */
  readonly handle: string;
  readonly writtenAtMs: number;
  /** The dialect that wrote it. */
  readonly writtenThrough: string;
  readonly fileName?: string;
  /** Free facts that the dialect recorded with the write (e.g. Capillary's attribution headers). */
  readonly notes?: Readonly<Record<string, string>>;
  readonly transparent: boolean;
  readonly original: StoredPicture;
  /** By `renditionName`. */
  readonly renditions: Readonly<Record<string, StoredPicture>>;
  /** Renditions that could not be made at a first read, by name. */
  readonly failedRenditions?: Readonly<Record<string, FailedRendition>>;
};

/** When a rendition was tried, which problem it met, and which limit it went over. */
export type FailedRendition = {
  readonly atMs: number;
  readonly problem: string;
  readonly limit?: string;
};

/** What a delete leaves behind, so that no late copy can bring the picture back. */
export type Tombstone = {
  readonly slot: number;
  readonly version: number;
  readonly generation: number;
  readonly handle: string;
  readonly deletedAtMs: number;
};

/** A slot is an image or a tombstone; a slot never written is absent. */
export type SlotState =
  | { readonly kind: 'image'; readonly image: ProfileImage }
  | { readonly kind: 'tombstone'; readonly tombstone: Tombstone };

/** The one small document per subject; swapping it is what acknowledges a write. */
export type SubjectRecord = {
  readonly schema: 1;
  readonly tenant: string;
  readonly subjectId: string;
  /** Only rises; every accepted write or delete adds one. */
  readonly generation: number;
  /** By slot number. */
  readonly slots: Readonly<Record<string, SlotState>>;
  /**
   * The generation that a replica must reach, by the name of the replica. Only replicas that lack the newest
   * writes are listed. Used by the migration shim.
   */
  readonly pendingReplicas?: Readonly<
    Record<string, { readonly generation: number; readonly sinceMs: number }>
  >;
  /** The person turned out to be the one of this key: nothing is written here any more. */
  readonly mergedInto?: string;
  /** Keys of the people whose pictures were brought here. */
  readonly absorbed?: readonly string[];
  /** The person was erased: nothing is ever kept here again. */
  readonly erasedAtMs?: number;
};

/** A subject's record and the version to swap it against; both absent where nothing was ever written. */
export type RecordSnapshot =
  | { readonly record: SubjectRecord; readonly version: string }
  | { readonly record?: never; readonly version?: never };
