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

/** One picture of an intent; its body is durable. */
export type IntendedImage = {
  readonly slot: number;
  readonly original: StoredPicture;
  readonly fileName?: string;
};

/** Who alone may write to the backend for this subject. */
export type Lease = { readonly owner: string; readonly untilMs: number };

/** One subject's unfinished business with one backend. */
export type JournalEntry = {
  readonly schema: 1;
  readonly subjectKey: string;
  readonly subjectId: string;
  readonly sinceMs: number;
  /** Nobody removes the entry for a while after this: a swap that owes may be on its way. */
  readonly touchedAtMs: number;
  /** The generation up to which the backend is known to hold everything. */
  readonly reached: number;
  readonly lease?: Lease;
  readonly intent?: Intent;
  /**
   * A write got no answer and may take effect until then. From that moment on the newest state is sent once more (`push`), or own follows the
   * backend (`adopt`).
   */
  readonly lookAgain?: { readonly atMs: number; readonly how: 'push' | 'adopt' };
  /** Tries in vain since the last success. */
  readonly attempts: number;
  readonly notBeforeMs: number;
  readonly lastFailure?: string;
};

/** Whether there is anything to do for the subject, apart from debts in its record. */
export function isUnfinished({ intent, lookAgain }: JournalEntry): boolean {
  return intent !== undefined || lookAgain !== undefined;
}

/** A record as it came from the store. */
export function asJournalEntry(value: Json): JournalEntry {
  if (!isJournalEntry(value)) throw new Error('a journal entry of a schema that is not known here');
  return value;
}

function isJournalEntry(value: unknown): value is JournalEntry {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === 1;
}
