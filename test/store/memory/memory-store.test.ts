import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';
import { describeObjectStore } from '../describe-object-store.ts';
import { describeRecordStore } from '../describe-record-store.ts';
import type { StoreUnderTest } from '../store-under-test.ts';

async function make(): Promise<StoreUnderTest> {
  const store = createMemoryStore();
  await store.start();
  return { store, another: async () => store, close: () => store.stop() };
}

describeObjectStore('memory', make);
describeRecordStore('memory', make);
