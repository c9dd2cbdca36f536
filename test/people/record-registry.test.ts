import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { filesystemUnderTest } from '../store/filesystem/filesystem-under-test.ts';
import { describeOnStores } from './describe-on-stores.ts';

describeOnStores({
  async memory() {
    const store = createMemoryStore();
    await store.start({ create: true });
    return { store, another: async () => store, close: () => store.stop() };
  },
  filesystem: filesystemUnderTest,
});
