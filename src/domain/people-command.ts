import type { Json } from './json.ts';
import type { FoundPerson, Person, PersonPrecondition, PutResult } from './people-registry.ts';
import type { ProfileImage } from './profile-image.ts';

/** What a caller wants of the registry of people. `id` is any id that the person has or had. */
export type PeopleCommand =
  /** One person, with the pictures where `images` is set. */
  | { readonly kind: 'read-person'; readonly id: string; readonly images: boolean }
  /** Lists people, starting after the key `after`. */
  | { readonly kind: 'list-people'; readonly after?: string; readonly limit: number }
  /** Finds people who have the value as an id, as an id in a dialect, or as an identifier. */
  | { readonly kind: 'find-people'; readonly value: string }
  | {
      readonly kind: 'change-person';
      readonly id: string;
      readonly change: PersonChange;
      readonly onlyIf?: PersonPrecondition;
    }
  /** Many at once, each on its own. `dryRun`: only says what would be done. */
  | {
      readonly kind: 'put-people';
      readonly rows: readonly PersonRow[];
      readonly mode: 'put' | 'patch';
      readonly dryRun: boolean;
    }
  /** Makes one person of two; `preview` only says what would be done. */
  | {
      readonly kind: 'merge-people';
      readonly id: string;
      readonly survivor: string;
      readonly preview: boolean;
    }
  | { readonly kind: 'erase-person'; readonly id: string; readonly onlyIf?: PersonPrecondition };

/**
 * One change of one person. The person is passed on as it was sent, and the registry says what is wrong in
 * it.
 */
export type PersonChange =
  | { readonly kind: 'put'; readonly person: Json }
  | { readonly kind: 'patch'; readonly patch: Json }
  | { readonly kind: 'link' | 'unlink'; readonly dialect: string; readonly alias: string }
  | { readonly kind: 'rename'; readonly newId: string };

/** A line of a list of people. `person` is missing where the line cannot be read. */
export interface PersonRow {
  /** The first is 1. */
  readonly row: number;
  readonly person?: Json;
}

/** What each command on people leads to. */
export interface PeopleOutcomes {
  'read-person': {
    readonly kind: 'person-read';
    readonly person: Person;
    /** In order of slot; empty where they were not asked for. */
    readonly images: readonly ProfileImage[];
  };
  'list-people': {
    readonly kind: 'people-listed';
    readonly people: readonly Person[];
    /** The key to go on after; absent at the end. */
    readonly next?: string;
  };
  'find-people': { readonly kind: 'people-found'; readonly found: readonly FoundPerson[] };
  'change-person': {
    readonly kind: 'person-changed';
    readonly person: Person;
    readonly created: boolean;
  };
  'put-people': {
    readonly kind: 'people-put';
    /** In the order of the rows. */
    readonly results: readonly { readonly row: number; readonly result: PutResult }[];
  };
  'merge-people': {
    readonly kind: 'people-merged';
    /** `false`: this is a preview. */
    readonly merged: boolean;
    readonly merge: MergePreview;
  };
  'erase-person': { readonly kind: 'person-erased'; readonly receipt: SignedReceipt };
}

/** What a merge would do, or did. */
export interface MergePreview {
  readonly source: Person;
  readonly survivor: Person;
  /** Slots whose picture comes from the source. */
  readonly adoptedSlots: readonly number[];
  /** Slots of the source whose picture is older and is removed. */
  readonly droppedSlots: readonly number[];
}

/**
 * Proof of an erasure: what was removed where, and what could not be. It names the person by digests only.
 */
export type ErasureReceipt = {
  readonly schema: 1;
  readonly tenant: string;
  /** SHA-256 of tenant, NUL and id. */
  readonly person: string;
  readonly erasedAt: string;
  readonly removed: {
    /** Keys of the person and of all who were merged into the person. */
    readonly directoryEntries: number;
    readonly records: number;
    readonly pictures: number;
    readonly bodies: number;
    readonly bytes: number;
    readonly migrationRecords: number;
  };
  /** When bodies are removed a second time, because an upload may have been under way. */
  readonly again: string;
  readonly leftToOthers: readonly string[];
};

/** A receipt with its signature. */
export type SignedReceipt = {
  readonly receipt: ErasureReceipt;
  /** HMAC-SHA-256 over the receipt's JSON text with the key of that id. */
  readonly signature: { readonly algorithm: 'HMAC-SHA256'; readonly keyId: string; readonly value: string };
};
