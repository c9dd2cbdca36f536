import { OBJECT_PROMISES } from './object-promises.ts';
import { RECORD_PROMISES } from './record-promises.ts';
import type { StorePromise } from './store-promise.ts';

/** All promises of a driver, those of bodies first. */
export const STORE_PROMISES: readonly StorePromise[] = [...OBJECT_PROMISES, ...RECORD_PROMISES];
