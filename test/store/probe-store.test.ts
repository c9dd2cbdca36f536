import { expect, it } from '@jest/globals';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { probeStore, UnfitStoreError } from '../../src/store/probe-store.ts';
import type { Store } from '../../src/store/store.ts';

/** A good store with one promise broken. */
function broken(change: (good: Store) => Partial<Store>): Store {
  const good = createMemoryStore();
  return { ...good, ...change(good) };
}

it('the probe lets a store pass that keeps its promises, again and again and from several gateways', async () => {
  const store = createMemoryStore();
  await probeStore(store);
  await Promise.all([probeStore(store), probeStore(store), probeStore(store)]);
});

it('the probe refuses a driver that does not even state what the commit protocol needs', async () => {
  const store = broken(({ records }) => ({
    records: { ...records, capabilities: { ...records.capabilities, conditionalReplace: false } },
  }));
  await expect(probeStore(store)).rejects.toThrow(
    'the store states no conditionalReplace: an update could undo another that was acknowledged',
  );
});

it('the probe refuses a backend that ignores the create-only condition', async () => {
  const store = broken(({ objects }) => ({
    objects: {
      ...objects,
      async put(key, source) {
        while ((await objects.put(key, source)) === 'exists') await objects.delete(key);
        return 'created';
      },
    },
  }));
  await expect(probeStore(store)).rejects.toThrow(UnfitStoreError);
  await expect(probeStore(store)).rejects.toThrow('racers created one and the same body');
});

it('the probe refuses a backend that ignores the version condition', async () => {
  const store = broken(({ records }) => ({
    records: {
      ...records,
      async swap(key, _expected, value) {
        return await records.swap(key, (await records.read(key))?.version, value);
      },
    },
  }));
  await expect(probeStore(store)).rejects.toThrow(UnfitStoreError);
});

it('the probe refuses a backend that says of every removal that it took place', async () => {
  const store = broken(({ records }) => ({
    records: {
      ...records,
      async remove(key, version) {
        await records.remove(key, version);
        return 'removed';
      },
    },
  }));
  await expect(probeStore(store)).rejects.toThrow('removed');
});

it('the probe refuses a backend that lists late', async () => {
  const store = broken(({ objects }) => ({
    objects: {
      ...objects,
      async *list() {},
    },
  }));
  await expect(probeStore(store)).rejects.toThrow('is not listed');
});

it('the probe leaves nothing of the probe among the bodies', async () => {
  const { objects, ...store } = createMemoryStore();
  await probeStore({ objects, ...store });
  for await (const { key } of objects.list('')) expect(key).toBeUndefined();
});
