import type { ObjectStore, RecordStore } from '../domain/index.ts';

/** One opened backend: bodies, records, and the lifetime of its connections. */
export interface Store {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  /**
   * Connects. With `create` it also makes what a new store needs (folders, container). Without it, a place
   * that holds no store stays as it is. Throws `StoreError` where the backend cannot be reached or used, or
   * does not exist.
   */
  start(options: { readonly create: boolean }): Promise<void>;
  /**
   * Moves a damaged record out of the way for an operator to look at, and gives its new place. The key is
   * free again. `undefined` where the record is gone or was changed meanwhile. Absent: records of this
   * backend cannot be set aside.
   */
  setAside?(key: string): Promise<string | undefined>;
  /** Foreign files in the store's place (`.DS_Store`, a README). Absent: there cannot be any. */
  foreignFiles?(): AsyncIterable<string>;
  /** Waits for work under way, and closes files and connections. Idempotent. */
  stop(): Promise<void>;
}
