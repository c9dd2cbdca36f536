import type { Store } from '../store.ts';
import { createMemoryObjects } from './memory-objects.ts';
import { createMemoryRecords } from './memory-records.ts';

/**
 * A store whose data ends with the process. It is the reference for the other drivers, and the store of tests
 * and sandboxes. It keeps every promise except durability.
 */
export function createMemoryStore(options: { readonly now?: () => number } = {}): Store {
  return {
    objects: createMemoryObjects(options.now ?? Date.now),
    records: createMemoryRecords(),
    async start() {},
    async stop() {},
  };
}
