import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import { azureUnderTest } from '../store/azure/azure-under-test.ts';
import { filesystemUnderTest } from '../store/filesystem/filesystem-under-test.ts';
import { miniStackUnderTest } from '../store/s3/s3-under-test.ts';
import { describeDirectory, type SourceUnderTest, type TenantPerson } from './describe-directory.ts';
import { describeRegistry } from './describe-registry.ts';
import { openRegistry } from './registry-rig.ts';

const STORES: Readonly<Record<string, () => Promise<StoreUnderTest>>> = {
  async memory() {
    const store = createMemoryStore();
    await store.start({ create: true });
    return { store, another: async () => store, close: () => store.stop() };
  },
  filesystem: filesystemUnderTest,
  azure: () => azureUnderTest(),
  's3 (MiniStack)': miniStackUnderTest,
};

for (const [name, make] of Object.entries(STORES)) {
  describeRegistry(name, make);
  describeDirectory(`records on ${name}`, (people) => recordSource(make, people));
}

async function recordSource(
  make: () => Promise<StoreUnderTest>,
  people: readonly TenantPerson[],
): Promise<SourceUnderTest> {
  const { store, close } = await make();
  const { registry, people: source } = openRegistry(store.records);
  for (const [tenant, person] of people) await registry.put(tenant, person);
  return { source, records: store.records, close };
}
