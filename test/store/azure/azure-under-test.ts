import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAzureStore } from '../../../src/store/azure/azure-store.ts';
import type { StoreUnderTest } from '../../../src/store/promises/store-promise.ts';
import type { Store } from '../../../src/store/store.ts';
import { azuriteSettings, startAzurite } from '../../support/azurite.ts';

/** The driver on an emulator of its own, which keeps its blobs in `folder` or in memory. */
export async function azureUnderTest(folder?: string): Promise<StoreUnderTest> {
  const azurite = await startAzurite(folder === undefined ? {} : { folder });
  const opened: Store[] = [];
  const another = async () => {
    const store = await createAzureStore(azuriteSettings(azurite, 'pictures', { prefix: 'house/one' }));
    opened.push(store);
    await store.start({ create: true });
    return store;
  };
  return {
    store: await another(),
    another,
    close: async () => {
      await Promise.all(opened.map((store) => store.stop()));
      await azurite.stop();
    },
  };
}

/** The same in a folder that is removed afterwards. */
export async function azureOnDiskUnderTest(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-azurite-'));
  const made = await azureUnderTest(folder);
  return {
    ...made,
    close: async () => {
      await made.close();
      await rm(folder, { recursive: true });
    },
  };
}
