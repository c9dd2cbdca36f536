import type { ObjectStore, RecordStore } from '../domain/index.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';

/**
 * A store that shows another one's content and never changes it. Writes and removals stay in this process's
 * memory. It is meant for one short run. A change of the other store between reading and writing shows as a
 * conflict.
 */
export function createOverlayStore(below: Pick<Store, 'objects' | 'records'>): Store {
  const above = createMemoryStore();
  return {
    objects: overlayObjects(above.objects, below.objects),
    records: overlayRecords(above.records, below.records),
    async start() {},
    async stop() {},
  };
}

/** Marks the versions of values written here, so that none equals a version of the store below. */
const OWN = 'own-';

function overlayRecords(above: RecordStore, below: RecordStore): RecordStore {
  /** Keys that were written or removed here. The store below is no longer asked for them. */
  const own = new Set<string>();
  const swapOwn: RecordStore['swap'] = async (key, expected, value) => {
    const swapped = await above.swap(key, expected?.replace(OWN, ''), value);
    return swapped === 'conflict' ? swapped : { version: OWN + swapped.version };
  };
  return {
    capabilities: above.capabilities,
    async read(key) {
      if (!own.has(key)) return below.read(key);
      const record = await above.read(key);
      return record && { ...record, version: OWN + record.version };
    },
    async swap(key, expected, value) {
      if (own.has(key))
        return expected?.startsWith(OWN) === false ? 'conflict' : swapOwn(key, expected, value);
      if ((await below.read(key))?.version !== expected) return 'conflict';
      const swapped = await swapOwn(key, undefined, value);
      own.add(key);
      return swapped;
    },
    async remove(key, expected) {
      if (own.has(key))
        return expected.startsWith(OWN) ? above.remove(key, expected.replace(OWN, '')) : 'conflict';
      if ((await below.read(key))?.version !== expected) return 'conflict';
      own.add(key);
      return 'removed';
    },
    async *list(prefix, options) {
      const here = above.list(prefix, options);
      const there = without(below.list(prefix, options), (key) => own.has(key));
      yield* inOrder(here, there, (key) => key);
    },
  };
}

function overlayObjects(above: ObjectStore, below: ObjectStore): ObjectStore {
  const removed = new Set<string>();
  const isBelow = async (key: string): Promise<boolean> => {
    const found = removed.has(key) ? undefined : await below.get(key);
    found?.stream.destroy();
    return found !== undefined;
  };
  return {
    capabilities: above.capabilities,
    async put(key, source, options) {
      return (await isBelow(key)) ? 'exists' : above.put(key, source, options);
    },
    async get(key, range) {
      return (await above.get(key, range)) ?? (removed.has(key) ? undefined : below.get(key, range));
    },
    async delete(key) {
      removed.add(key);
      await above.delete(key);
    },
    async *list(prefix, options) {
      const here = above.list(prefix, options);
      const there = without(below.list(prefix, options), ({ key }) => removed.has(key));
      yield* inOrder(here, there, ({ key }) => key);
    },
  };
}

async function* without<T>(items: AsyncIterable<T>, isLeftOut: (item: T) => boolean): AsyncGenerator<T> {
  for await (const item of items) if (!isLeftOut(item)) yield item;
}

/** Merges two ordered lists that have no key in common. */
async function* inOrder<T>(
  one: AsyncIterable<T>,
  other: AsyncIterable<T>,
  keyOf: (item: T) => string,
): AsyncGenerator<T> {
  const held: T[] = [];
  for await (const item of one) held.push(item);
  for await (const item of other) {
    while (held[0] !== undefined && keyOf(held[0]) < keyOf(item)) yield held.shift() as T;
    yield item;
  }
  yield* held;
}
