import type { Json } from './json.ts';
import type { StoreCapabilities } from './object-store.ts';

/** A document and the version to swap it against. Versions are opaque and never repeat for a key. */
export interface VersionedRecord {
  readonly value: Json;
  readonly version: string;
}

/**
 * Small JSON documents (at most 256 KiB) with compare-and-swap. Keys as in `ObjectStore`.
 * Read-your-write holds across processes. Failures of the backend are `StoreError`s.
 */
export interface RecordStore {
  readonly capabilities: Pick<
    StoreCapabilities,
    'conditionalCreate' | 'conditionalReplace' | 'orderedListing'
  >;
  /** The newest acknowledged document; `undefined` when there is none. */
  read(key: string): Promise<VersionedRecord | undefined>;
  /**
   * Whether `read` would give this version. Only stores that can tell so much more cheaply than by a read
   * have it.
   */
  isStill?(key: string, version: string): Promise<boolean>;
  /**
   * Replaces the document if its version is still `expected` (`undefined`: if there is none). Of any number
   * of racers exactly one wins; when it resolves to a version the document is durable. `'conflict'` changes
   * nothing. A rejection leaves it open whether the swap took effect: read again.
   */
  swap(
    key: string,
    expected: string | undefined,
    value: Json,
  ): Promise<{ readonly version: string } | 'conflict'>;
  /** Removes the document if its version is still `expected`. Durable when it resolves. */
  remove(key: string, expected: string): Promise<'removed' | 'conflict'>;
  /** Keys that start with the prefix and come after `after`, in order by code unit. */
  list(prefix: string, options?: { readonly after?: string }): AsyncIterable<string>;
}
