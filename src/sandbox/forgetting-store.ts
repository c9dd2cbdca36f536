import type { ObjectStore, RecordStore } from '../domain/index.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';

/** A store in memory that can be emptied while it is in use. */
export function createForgettingStore(now: () => number): { readonly store: Store; forget(): void } {
  let current = createMemoryStore({ now });
  const objects: ObjectStore = {
    capabilities: current.objects.capabilities,
    put: (key, source, options) => current.objects.put(key, source, options),
    get: (key, range) => current.objects.get(key, range),
    // Bodies stay until everything is deleted, so that readers with stale data still find them.
    delete: async () => {},
    list: (prefix, options) => current.objects.list(prefix, options),
  };
  const records: RecordStore = {
    capabilities: current.records.capabilities,
    read: (key) => current.records.read(key),
    swap: (key, expected, value) => current.records.swap(key, expected, value),
    remove: (key, expected) => current.records.remove(key, expected),
    list: (prefix, options) => current.records.list(prefix, options),
  };
  return {
    store: { objects, records, start: async () => {}, stop: async () => {} },
    forget() {
      current = createMemoryStore({ now });
    },
  };
}
