import { describe, expect, it } from '@jest/globals';
import { StoreError } from '../../src/domain/index.ts';
import { StoreRefusedError, startStore } from '../../src/maintenance/start-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { MARKER_KEY, readMarkers } from '../../src/store/store-marker.ts';
import { storeOrphan, storePicture } from './stored-pictures.ts';

async function marked(): Promise<Store> {
  const store = createMemoryStore();
  await startStore(store, { begin: true });
  return store;
}

async function withPictures(store: Store): Promise<Store> {
  for (const person of ['ada', 'bob', 'carl']) await storePicture(store, person);
  return store;
}

describe('the start of a store', () => {
  it('the start of a store begins one in an empty place only when it is asked to', async () => {
    const store = createMemoryStore();
    await expect(startStore(store, { begin: false })).rejects.toThrow('serve --init');
    await startStore(store, { begin: true });
    const { records, objects } = await readMarkers(store);
    expect(records).toMatch(/^[0-9a-f-]{36}$/);
    expect(objects).toBe(records);
    await startStore(store, { begin: false });
    expect(await readMarkers(store)).toEqual({ records, objects });
  });

  it('the start of a store gives one identity where several gateways begin at once', async () => {
    const store = createMemoryStore();
    await Promise.all([1, 2, 3, 4].map(() => startStore(store, { begin: true })));
    const { records, objects } = await readMarkers(store);
    expect(objects).toBe(records);
  });

  it('the start of a store goes on where the start that began the store was cut off', async () => {
    const store = await marked();
    await store.objects.delete(MARKER_KEY);
    await startStore(store, { begin: false });
    const { records, objects } = await readMarkers(store);
    expect(objects).toBe(records);
  });

  it('the start of a store adopts a consistent store of an older release', async () => {
    const store = await withPictures(createMemoryStore());
    await startStore(store, { begin: false });
    const { records, objects } = await readMarkers(store);
    expect([records, objects]).toEqual([expect.any(String), records]);
  });

  it('the start of a store serves an older store on a disk that takes no more writes', async () => {
    const store = await withPictures(createMemoryStore());
    const records = {
      ...store.records,
      swap: () => Promise.reject(new StoreError('full')),
    };
    await startStore({ ...store, records }, { begin: false });
    expect(await readMarkers(store)).toEqual({ records: undefined, objects: undefined });
  });

  const halves: Record<string, { make(): Promise<Store>; says: string }> = {
    'records that are away': {
      async make() {
        return { ...(await withPictures(await marked())), records: createMemoryStore().records };
      },
      says: 'mount or restore the records first',
    },
    'bodies that are away': {
      async make() {
        return { ...(await withPictures(await marked())), objects: createMemoryStore().objects };
      },
      says: 'mount or restore the bodies first',
    },
    'halves of two stores': {
      async make() {
        return { ...(await marked()), objects: (await marked()).objects };
      },
      says: 'two different stores',
    },
    'records that are away, of an older release': {
      async make() {
        const store = createMemoryStore();
        await storeOrphan(store, 'ada');
        return store;
      },
      says: 'there are bodies and no records',
    },
    'bodies that are away, of an older release': {
      async make() {
        return { ...(await withPictures(createMemoryStore())), objects: createMemoryStore().objects };
      },
      says: 'not here',
    },
    'most records away, of an older release': {
      async make() {
        const store = createMemoryStore();
        await storePicture(store, 'ada');
        for (const person of ['bob', 'carl']) await storeOrphan(store, person);
        return store;
      },
      says: '2 of 3 people',
    },
  };

  it.each(Object.entries(halves))(
    'the start of a store refuses %s, asked to begin or not',
    async (_, { make, says }) => {
      for (const begin of [true, false]) {
        const refusal = startStore(await make(), { begin });
        await expect(refusal).rejects.toThrow(says);
        await expect(refusal).rejects.toBeInstanceOf(StoreRefusedError);
      }
    },
  );
});
