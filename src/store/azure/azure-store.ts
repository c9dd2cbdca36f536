import type { Store } from '../store.ts';
import { createTimeLimit } from '../time-limit.ts';
import { storeErrorFrom } from './azure-error.ts';
import { createAzureObjects } from './azure-objects.ts';
import { createAzureRecords } from './azure-records.ts';
import type { AzureStoreSettings } from './azure-store-settings.ts';
import { connectAzure } from './connect-azure.ts';

/**
 * One container of Azure Blob Storage, shared by any number of gateways. Block blobs are bodies; small blobs
 * with ETag conditions are records. `timeoutSeconds` bounds each request for a record and each piece of a
 * body, with its attempts and pauses.
 */
export async function createAzureStore(settings: AzureStoreSettings): Promise<Store> {
  const { container, withoutRetries, signer } = await connectAzure(settings);
  const limit = createTimeLimit(settings.timeoutSeconds, storeErrorFrom);
  const start = settings.prefix ? `${settings.prefix.replace(/(?<!\/)\/+$/, '')}/` : '';

  const records = createAzureRecords({ container, withoutRetries, limit, start: `${start}records/` });

  return {
    objects: createAzureObjects({ container, limit, start: `${start}objects/`, ...(signer && { signer }) }),
    records,
    setAside: (key) => records.setAside(key),

    async start({ create }) {
      await limit.run(undefined, async (abortSignal) => {
        if (create && settings.createContainer) await container.createIfNotExists({ abortSignal });
        await container.listBlobsFlat({ prefix: start, abortSignal }).byPage({ maxPageSize: 1 }).next();
      });
    },

    async stop() {},
  };
}
