import type { Json, StoredPicture } from '../../domain/index.ts';

/** A write that was begun, and that one of the sides may not have. */
export type Intent = {
  readonly id: string;
  /**
   * The subject's generation when the write began. A record that is newer than this in the slots concerned
   * wins.
   */
  readonly generation: number;
  readonly startedAtMs: number;
} & (
  | { readonly kind: 'put'; readonly images: readonly IntendedImage[] }
  | { readonly kind: 'delete'; readonly slots: readonly number[] }
);

/** The slots that an intent is about. */
export function slotsOf(intent: Intent): readonly number[] {
  return intent.kind === 'put' ? intent.images.map(({ slot }) => slot) : intent.slots;
}

/** One picture of an intent; its body is durable. */
export type IntendedImage = {
  readonly slot: number;
  readonly original: StoredPicture;
  readonly fileName?: string;
};

/**
 * Writes got no answer and may take effect at the backend until `atMs`. From then on, `push` sends the newest
 * local state of the slots once more where it is newer than `after`, and follows the backend in the others.
 * `resync` does the same, and makes the local store follow the backend in all slots that are not named.
 */
export type Recheck = {
  readonly atMs: number;
  readonly how: 'push' | 'resync';
  readonly slots: readonly number[];
  /** The generation before the first of these writes. */
  readonly after: number;
  /**
   * By slot, the generation before a write that was given up. Its client may have been told that it succeeded,
   * so only a local picture that is newer than this generation is sent to the backend again.
   */
  readonly givenUp?: Readonly<Record<string, number>>;
  /** When the first of these writes began. A fence that was set later waits for the recheck. */
  readonly sinceMs?: number;
  /**
   * Writes that got no answer while this recheck was waiting. They need one more, later. If each of them put the
   * recheck off, a person who tries again all the time would keep a fence waiting for ever.
   */
  readonly later?: { readonly atMs: number; readonly sinceMs: number };
};

/** The only process that may write to the backend for this subject, and until when. */
export type Lease = { readonly owner: string; readonly untilMs: number };

/** The unfinished work of one subject at one backend. */
export type JournalEntry = {
  readonly schema: 1;
  readonly subjectKey: string;
  readonly subjectId: string;
  /** A subject that was made from its alias is in no directory before its first record. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly sinceMs: number;
  /** The subject's record may have a pending replication, or may get one soon. */
  readonly mayBePending?: boolean;
  /**
   * `mayBePending` stays set for a while after this moment, because a swap that makes a replication pending
   * may be under way.
   */
  readonly touchedAtMs: number;
  /** The generation up to which the backend is known to hold everything. */
  readonly reached: number;
  readonly lease?: Lease;
  readonly intent?: Intent;
  readonly recheck?: Recheck;
  /**
   * Slots of the backend that were filled only so that a later slot could be reached. Their pictures have to
   * be deleted again.
   */
  readonly fillers?: readonly number[];
  /** Failed attempts since the last success. */
  readonly attempts: number;
  readonly notBeforeMs: number;
  readonly lastFailure?: string;
};

/** The entry without what a process has begun, or has to look at again. */
export function withoutWork({
  intent: _intent,
  recheck: _recheck,
  fillers: _fillers,
  ...entry
}: JournalEntry): JournalEntry {
  return entry;
}

/** Whether the entry has to stay. */
export function isNeeded({ intent, recheck, mayBePending, fillers }: JournalEntry): boolean {
  return intent !== undefined || recheck !== undefined || mayBePending === true || fillers !== undefined;
}

/** A record as it came from the store. */
export function asJournalEntry(value: Json): JournalEntry {
  if (!isJournalEntry(value)) throw new Error('a journal entry of a schema that is not known here');
  return value;
}

function isJournalEntry(value: unknown): value is JournalEntry {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
