import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import { describeDirectory, type SourceUnderTest, type TenantPerson } from './describe-directory.ts';
import { describeRegistry } from './describe-registry.ts';
import { openRegistry } from './registry-rig.ts';

/** What the registry of people promises, alone and as a source of the directory, on each of some stores. */
export function describeOnStores(stores: Readonly<Record<string, () => Promise<StoreUnderTest>>>): void {
  for (const [name, make] of Object.entries(stores)) {
    describeRegistry(name, make);
    describeDirectory(`records on ${name}`, (people) => recordSource(make, people));
  }
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
