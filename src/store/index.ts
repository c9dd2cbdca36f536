/**
 * Everything that an author of a driver needs: the ports, the failures, the checks that every driver makes,
 * and the promises that every driver must keep.
 */
export {
  type ByteRange,
  type ByteSource,
  type Json,
  type JsonObject,
  type ObjectFacts,
  type ObjectSource,
  type ObjectStore,
  type OpenObject,
  type RecordStore,
  type StoreCapabilities,
  StoreError,
  type VersionedRecord,
} from '../domain/index.ts';
export type { StoreFactory } from './open-module-store.ts';
export { probeStore, UnfitStoreError } from './probe-store.ts';
export type { StorePromise, StoreUnderTest } from './promises/store-promise.ts';
export { STORE_PROMISES } from './promises/store-promises.ts';
export type { Store } from './store.ts';
export { MAX_KEY_LENGTH, requireKey, requirePrefix } from './store-key.ts';
export { decodeRecord, encodeRecord, MAX_RECORD_BYTES } from './store-record.ts';
