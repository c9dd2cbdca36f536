import type { Store } from '../store/store.ts';

/** Something that differs from its record. */
export type Finding = {
  /** The record's key. */
  readonly record: string;
  /** The body's key; absent where the record itself cannot be read. */
  readonly body?: string;
  readonly damage: 'record-unreadable' | 'body-missing' | 'body-size' | 'body-digest';
  /** Where and why a record cannot be read. */
  readonly detail?: string;
  /** What a repair did, or would do. */
  readonly repair?: string;
};

/**
 * The parts of a store that a check needs. Without the last two it cannot set records aside and does not
 * count foreign objects.
 */
export type CheckedStore = Pick<Store, 'objects' | 'records' | 'setAside' | 'foreignFiles'>;
