import type { ObjectStore, RecordStore } from '../domain/index.ts';

/** One backend, opened: bodies, records and the lifetime of whatever connects to them. */
export interface Store {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  /** Makes ready what the backend needs (folders, container). Throws `StoreError` when it cannot be reached or used. */
  start(): Promise<void>;
  /** Gives back descriptors and connections; work under way is waited for. Idempotent. */
  stop(): Promise<void>;
}
