import type { StoreSettings } from '../../settings/settings.ts';

/** The settings of an S3 store. */
export type S3StoreSettings = Extract<StoreSettings, { kind: 's3' }>;
