import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import type { StoreUnderTest } from '../../../src/store/promises/store-promise.ts';
import { describeStorePromises } from '../describe-promises.ts';

async function make(): Promise<StoreUnderTest> {
  const store = createMemoryStore();
  await store.start({ create: true });
  return { store, another: async () => store, close: () => store.stop() };
}

describeStorePromises('memory', make);
