import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../domain/index.ts';
import { UnfitStoreError } from './probe-store.ts';
import type { Store } from './store.ts';

/** The default export of a module with a driver. */
export type CreateStore = (options: JsonObject) => Store | Promise<Store>;

const OBJECTS = ['put', 'get', 'delete', 'list'];
const RECORDS = ['read', 'swap', 'remove', 'list'];

/** Opens the store of an external driver. Its promises are tested at start, as for every driver. */
export async function openModuleStore({
  module,
  options,
}: {
  /** An absolute path. */
  readonly module: string;
  readonly options: JsonObject;
}): Promise<Store> {
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(module).href);
  if (!isCreateStore(loaded.default)) {
    throw new UnfitStoreError(`${module}: the default export is no function that creates a store`);
  }
  const store: unknown = await loaded.default(options);
  const missing = missingFrom(store);
  if (missing.length > 0 || !isStore(store)) {
    throw new UnfitStoreError(`${module}: the store that it creates lacks ${missing.join(', ')}`);
  }
  return store;
}

function isCreateStore(value: unknown): value is CreateStore {
  return typeof value === 'function';
}

function isStore(value: unknown): value is Store {
  return missingFrom(value).length === 0;
}

function missingFrom(store: unknown): string[] {
  return [
    ...listMissing(store, ['start', 'stop'], ''),
    ...listMissing(member(store, 'objects'), OBJECTS, 'objects.'),
    ...listMissing(member(store, 'records'), RECORDS, 'records.'),
    ...['objects', 'records']
      .filter((part) => typeof member(member(store, part), 'capabilities') !== 'object')
      .map((part) => `${part}.capabilities`),
  ];
}

function listMissing(owner: unknown, methods: readonly string[], prefix: string): string[] {
  return methods.filter((name) => typeof member(owner, name) !== 'function').map((name) => prefix + name);
}

function member(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}
