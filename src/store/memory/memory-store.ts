import type { Store } from '../store.ts';
import { createMemoryObjects } from './memory-objects.ts';
import { createMemoryRecords } from './memory-records.ts';

/**
 * A store that forgets everything at the end of the process: the reference for the other drivers, and the store of tests and
 * sandboxes. Keeps every promise but durability.
 */
export function createMemoryStore(options: { readonly now?: () => number } = {}): Store {
  return {
    objects: createMemoryObjects(options.now ?? Date.now),
    records: createMemoryRecords(),
    async start() {},
    async stop() {},
  };
}
