import { Readable } from 'node:stream';
import { StoreError } from '../../src/domain/index.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';

/** How an own store misbehaves. */
export type StoreFault = 'none' | 'hang' | 'crash' | 'lie';

/** A store in memory that can be made to hang, to fail, or to tell lies. */
export function createFaultyStore(): Store & { fault: StoreFault } {
  const { records, objects, start, stop } = createMemoryStore();
  let fault: StoreFault = 'none';
  const forever = new Promise<never>(() => {});

  async function misbehave<T>(honest: () => Promise<T>, lie: () => T): Promise<T> {
    switch (fault) {
      case 'none':
        return honest();
      case 'hang':
        return forever;
      case 'crash':
        throw new StoreError('unavailable');
      case 'lie':
        return lie();
    }
  }

  return {
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    start,
    stop,
    records: {
      capabilities: records.capabilities,
      read: (key) =>
        misbehave(
          () => records.read(key),
          () => ({ value: { rubbish: true }, version: 'lie' }),
        ),
      swap: (key, expected, value) =>
        misbehave(
          () => records.swap(key, expected, value),
          () => ({ version: 'lie' }),
        ),
      remove: (key, expected) =>
        misbehave(
          () => records.remove(key, expected),
          () => 'removed' as const,
        ),
      list: (prefix, options) => records.list(prefix, options),
    },
    objects: {
      capabilities: objects.capabilities,
      put: (key, source, options) =>
        misbehave(
          () => objects.put(key, source, options),
          () => 'created' as const,
        ),
      get: (key, range) =>
        misbehave(
          () => objects.get(key, range),
          () => ({ stream: Readable.from(['rubbish']), totalBytes: 7 }),
        ),
      delete: (key) =>
        misbehave(
          () => objects.delete(key),
          () => undefined,
        ),
      list: (prefix, options) => objects.list(prefix, options),
    },
  };
}
