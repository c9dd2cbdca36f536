import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import { createFilesystemStore } from './filesystem/filesystem-store.ts';
import { openModuleStore } from './open-module-store.ts';
import type { Store } from './store.ts';

/** The store that the settings name, not yet started. An SDK is loaded only where it is needed. */
export async function openStore(settings: Pick<Settings, 'store' | 'dataDir'>): Promise<Store> {
  switch (settings.store.kind) {
    case 'filesystem':
      return createFilesystemStore({ folder: join(settings.dataDir, 'store') });
    case 'azure': {
      const { createAzureStore } = await import('./azure/azure-store.ts');
      return await createAzureStore(settings.store);
    }
    case 's3': {
      const { createS3Store } = await import('./s3/s3-store.ts');
      return createS3Store(settings.store);
    }
    case 'module':
      return await openModuleStore(settings.store);
  }
}
