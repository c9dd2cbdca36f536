import type { StoreSettings } from '../../settings/settings.ts';

/** The settings of an Azure store. */
export type AzureStoreSettings = Extract<StoreSettings, { kind: 'azure' }>;
