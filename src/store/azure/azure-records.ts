import { buffer } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import type { Json, RecordStore } from '../../domain/index.ts';
import { requireKey, requirePrefix } from '../store-key.ts';
import { encodeRecord } from '../store-record.ts';
import { isBlobMissing } from './azure-error.ts';
import { listBlobs } from './list-blobs.ts';
import { removeBlob, replaceBlob } from './replace-blob.ts';
import type { TimeLimit } from './time-limit.ts';

/** Records as small blobs whose names begin with `start`; a version is an ETag. */
export function createAzureRecords(parts: {
  readonly container: ContainerClient;
  readonly withoutRetries: ContainerClient;
  readonly limit: TimeLimit;
  readonly start: string;
}): RecordStore {
  const { container, withoutRetries, limit, start } = parts;
  const nameOf = (key: string) => start + requireKey(key);

  return {
    capabilities: { conditionalCreate: true, conditionalReplace: true, orderedListing: true },

    async read(key) {
      const blob = container.getBlockBlobClient(nameOf(key));
      return await limit.run(undefined, async (abortSignal) => {
        try {
          const { readableStreamBody: body, etag } = await blob.download(0, undefined, { abortSignal });
          if (!body || etag === undefined) throw new Error('the service answered without a body or an ETag');
          return { value: JSON.parse((await buffer(body)).toString()) as Json, version: etag };
        } catch (cause) {
          if (isBlobMissing(cause)) return undefined;
          throw cause;
        }
      });
    },

    async swap(key, expected, value) {
      const blob = withoutRetries.getBlockBlobClient(nameOf(key));
      const bytes = encodeRecord(value);
      return await limit.run(undefined, (signal) => replaceBlob(blob, expected, bytes, signal));
    },

    async remove(key, expected) {
      const blob = withoutRetries.getBlockBlobClient(nameOf(key));
      return await limit.run(undefined, (signal) => removeBlob(blob, expected, signal));
    },

    async *list(prefix, options) {
      requirePrefix(prefix);
      for await (const { key } of listBlobs({ container, limit, start }, prefix, options?.after)) yield key;
    },
  };
}
