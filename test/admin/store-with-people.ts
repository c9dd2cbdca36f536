import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { openPeople } from '../../src/people/open-people.ts';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';

/** A store with a directory of people, for a gateway, and the registry that changes them. */
export async function storeWithPeople(): Promise<{
  readonly store: Store;
  readonly registry: PeopleRegistry;
}> {
  const store = createMemoryStore();
  await establishPages(store.records, 256);
  const settings = await loadSettings({ env: {}, overrides: { file: DEMO_FILE } });
  const { registry } = openPeople({
    settings,
    records: store.records,
    subjectKey,
    recordKey,
    warn: () => {},
  });
  if (!registry) throw new Error('the demo keeps people in the record store, too');
  return { store, registry };
}
