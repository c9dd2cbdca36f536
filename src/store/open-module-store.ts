import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../domain/index.ts';
import { UnfitStoreError } from './probe-store.ts';
import type { Store } from './store.ts';

/** The default export of a module with a driver. */
export type StoreFactory = (options: JsonObject) => Store | Promise<Store>;

const OBJECT_METHODS = ['put', 'get', 'delete', 'list'];
const RECORD_METHODS = ['read', 'swap', 'remove', 'list'];

/** Opens the store of an external driver. What it guarantees is tested at start, as for every driver. */
export async function openModuleStore({
  module,
  options,
}: {
  /** An absolute path. */
  readonly module: string;
  readonly options: JsonObject;
}): Promise<Store> {
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(module).href);
  if (!isStoreFactory(loaded.default)) {
    throw new UnfitStoreError(`${module}: the default export must be a function that creates a store`);
  }
  const store: unknown = await loaded.default(options);
  const missing = listMissingMembers(store);
  if (missing.length > 0 || !isStore(store)) {
    throw new UnfitStoreError(`${module}: the store that it creates lacks ${missing.join(', ')}`);
  }
  return store;
}

function isStoreFactory(value: unknown): value is StoreFactory {
  return typeof value === 'function';
}

function isStore(value: unknown): value is Store {
  return listMissingMembers(value).length === 0;
}

function listMissingMembers(store: unknown): string[] {
  return [
    ...listMissing(store, ['start', 'stop'], ''),
    ...listMissing(readMember(store, 'objects'), OBJECT_METHODS, 'objects.'),
    ...listMissing(readMember(store, 'records'), RECORD_METHODS, 'records.'),
    ...['objects', 'records']
      .filter((part) => typeof readMember(readMember(store, part), 'capabilities') !== 'object')
      .map((part) => `${part}.capabilities`),
  ];
}

function listMissing(owner: unknown, methods: readonly string[], prefix: string): string[] {
  return methods.filter((name) => typeof readMember(owner, name) !== 'function').map((name) => prefix + name);
}

function readMember(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}
