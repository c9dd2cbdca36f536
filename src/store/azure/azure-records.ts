import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import type { RecordStore } from '../../domain/index.ts';
import type { Store } from '../store.ts';
import { requireKey, requirePrefix } from '../store-key.ts';
import { decodeRecord, encodeRecord } from '../store-record.ts';
import type { TimeLimit } from '../time-limit.ts';
import { isBlobMissing, isConditionUnmet } from './azure-error.ts';
import { listBlobs } from './list-blobs.ts';
import { removeBlob, replaceBlob } from './replace-blob.ts';

/** Records as small blobs whose names begin with `start`; a version is an ETag. */
export function createAzureRecords(parts: {
  readonly container: ContainerClient;
  readonly withoutRetries: ContainerClient;
  readonly limit: TimeLimit;
  readonly start: string;
}): RecordStore & Required<Pick<Store, 'setAside'>> {
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
          return { value: decodeRecord(await buffer(body)), version: etag };
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

    async setAside(key) {
      const name = nameOf(key);
      return await limit.run(undefined, async (abortSignal) => {
        try {
          const blob = container.getBlockBlobClient(name);
          const { readableStreamBody: body, etag } = await blob.download(0, undefined, { abortSignal });
          if (!body || etag === undefined) throw new Error('the service answered without a body or an ETag');
          const aside = container.getBlockBlobClient(
            `${start.replace(/records\/$/, 'set-aside/')}${key}.${randomUUID()}`,
          );
          const bytes = await buffer(body);
          await aside.upload(bytes, bytes.byteLength, { abortSignal });
          const conditions = { ifMatch: etag };
          await withoutRetries.getBlockBlobClient(name).delete({ abortSignal, conditions });
          return aside.name;
        } catch (cause) {
          if (isConditionUnmet(cause)) return undefined;
          throw cause;
        }
      });
    },

    async *list(prefix, options) {
      requirePrefix(prefix);
      for await (const { key } of listBlobs({ container, limit, start }, prefix, options?.after)) yield key;
    },
  };
}
