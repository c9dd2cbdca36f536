import type { Json, RecordStore } from '../../domain/index.ts';
import { requireKey } from '../store-key.ts';
import { encodeRecord } from '../store-record.ts';
import { keysFrom } from './memory-objects.ts';

/**
 * Records in this process's memory. They are kept as JSON text, so that no caller holds a reference into the
 * store.
 */
export function createMemoryRecords(): RecordStore {
  const records = new Map<string, { readonly text: string; readonly version: string }>();
  let versions = 0;

  return {
    capabilities: { conditionalCreate: true, conditionalReplace: true, orderedListing: true },

    async read(key) {
      const record = records.get(requireKey(key));
      return record && { value: JSON.parse(record.text) as Json, version: record.version };
    },

    isStill: async (key, version) => records.get(requireKey(key))?.version === version,

    async swap(key, expected, value) {
      const text = encodeRecord(value).toString();
      if (records.get(requireKey(key))?.version !== expected) return 'conflict';
      versions += 1;
      records.set(key, { text, version: String(versions) });
      return { version: String(versions) };
    },

    async remove(key, expected) {
      if (records.get(requireKey(key))?.version !== expected) return 'conflict';
      records.delete(key);
      return 'removed';
    },

    async *list(prefix, options) {
      for (const key of keysFrom(records.keys(), prefix, options?.after)) {
        if (records.has(key)) yield key;
      }
    },
  };
}
