import { text } from 'node:stream/consumers';
import type { Store } from '../../../src/store/store.ts';
import { bodyOf, type StoreOperations } from './store-port.ts';

/** The operations on a store of this process. A body that is not whole reads as `torn`. */
export function operationsOn({ objects, records }: Store): StoreOperations {
  return {
    putBody: (key, text) => objects.put(key, bodyOf(text)),
    async getBody(key) {
      const open = await objects.get(key);
      if (!open) return undefined;
      const content = await text(open.stream);
      const unit = content.slice(0, content.length / 20_000);
      return unit.repeat(20_000) === content ? unit : 'torn';
    },
    deleteBody: (key) => objects.delete(key),
    async listBodies() {
      const keys: string[] = [];
      for await (const { key } of objects.list('bodies/')) keys.push(key);
      return keys;
    },
    readRecord: (key) => records.read(key),
    swapRecord: (key, expected, value) => records.swap(key, expected, value),
    removeRecord: (key, expected) => records.remove(key, expected),
    async listRecords() {
      const keys: string[] = [];
      for await (const key of records.list('subjects/')) keys.push(key);
      return keys;
    },
  };
}
