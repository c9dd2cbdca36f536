import type { Json, StoredPicture } from '../../domain/index.ts';

/** A write that was begun and of which it is not known that both sides have it. */
export type Intent = {
  readonly id: string;
  /** The subject's generation when it began; a record that has moved past it in the slots concerned wins. */
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
 * A write got no answer and may take effect at the backend as late as `atMs`. From then on own's newest state of the slots is sent once more
 * (`push`), where it is newer than `after`; or own follows the backend (`adopt`).
 */
export type SecondLook = {
  readonly atMs: number;
  readonly how: 'push' | 'adopt';
  readonly slots: readonly number[];
  /** The generation before the write. */
  readonly after: number;
};

/** Who alone may write to the backend for this subject. */
export type Lease = { readonly owner: string; readonly untilMs: number };

/** One subject's unfinished business with one backend. */
export type JournalEntry = {
  readonly schema: 1;
  readonly subjectKey: string;
  readonly subjectId: string;
  /** A subject that was made from its alias is in no directory before its first record. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly sinceMs: number;
  /** The subject's record may owe something, or may do so soon. */
  readonly owing?: boolean;
  /** Nobody takes `owing` back for a while after this: a swap that owes may be on its way. */
  readonly touchedAtMs: number;
  /** The generation up to which the backend is known to hold everything. */
  readonly reached: number;
  readonly lease?: Lease;
  readonly intent?: Intent;
  readonly lookAgain?: SecondLook;
  /** Slots of the backend that were filled only so that a later one could be reached; what they hold has to be deleted again. */
  readonly fillers?: readonly number[];
  /** Tries in vain since the last success. */
  readonly attempts: number;
  readonly notBeforeMs: number;
  readonly lastFailure?: string;
};

/** Whether the entry has to stay. */
export function isNeeded({ intent, lookAgain, owing, fillers }: JournalEntry): boolean {
  return intent !== undefined || lookAgain !== undefined || owing === true || fillers !== undefined;
}

/** A record as it came from the store. */
export function asJournalEntry(value: Json): JournalEntry {
  if (!isJournalEntry(value)) throw new Error('a journal entry of a schema that is not known here');
  return value;
}

function isJournalEntry(value: unknown): value is JournalEntry {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
