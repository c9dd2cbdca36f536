import type { BlobDownloadResponseParsed, ContainerClient } from '@azure/storage-blob';
import { type ByteRange, type ObjectStore, type OpenObject, StoreError } from '../../domain/index.ts';
import { requireKey, requirePrefix } from '../store-key.ts';
import type { TimeLimit } from '../time-limit.ts';
import { isBlobMissing, isConditionUnmet } from './azure-error.ts';
import { listBlobs } from './list-blobs.ts';
import { putBlob } from './put-blob.ts';
import type { BlobSigner } from './sign-blob.ts';

/** Bodies as block blobs whose names begin with `start`. */
export function createAzureObjects(parts: {
  readonly container: ContainerClient;
  readonly limit: TimeLimit;
  readonly start: string;
  readonly signer?: BlobSigner;
}): ObjectStore {
  const { container, limit, start, signer } = parts;
  const blobOf = (key: string) => container.getBlockBlobClient(start + requireKey(key));

  const objects: ObjectStore = {
    capabilities: {
      conditionalCreate: true,
      signedDownloads: signer !== undefined,
      orderedListing: true,
    },

    async put(key, source, options) {
      const blob = blobOf(key);
      options?.signal?.throwIfAborted();
      try {
        await putBlob(blob, source, limit, options?.signal);
        return 'created';
      } catch (error) {
        if (error instanceof StoreError && isConditionUnmet(error.cause)) return 'exists';
        throw error;
      }
    },

    async get(key, range) {
      const blob = blobOf(key);
      return await limit.run(undefined, async (abortSignal) => {
        try {
          const [offset, count] = range ? [range.first, range.last - range.first + 1] : [0];
          return toOpenObject(
            await blob.download(offset, count, { abortSignal, maxRetryRequests: 2 }),
            range,
          );
        } catch (cause) {
          if (isBlobMissing(cause)) return undefined;
          throw cause;
        }
      });
    },

    async delete(key) {
      const blob = blobOf(key);
      await limit.run(undefined, (abortSignal) => blob.deleteIfExists({ abortSignal }));
    },

    async *list(prefix, options) {
      requirePrefix(prefix);
      for await (const { key, properties } of listBlobs(
        { container, limit, start },
        prefix,
        options?.after,
      )) {
        yield {
          key,
          bytes: properties.contentLength ?? 0,
          modifiedAtMs: properties.lastModified.getTime(),
        };
      }
    },
  };
  if (!signer) return objects;
  return {
    ...objects,
    async signedUrl(key, { ttlSeconds, contentType, contentDisposition }) {
      const blob = blobOf(key);
      const read = {
        containerName: container.containerName,
        blobName: blob.name,
        ttlSeconds,
        contentType,
        contentDisposition,
      };
      return await limit.run(undefined, async () => `${blob.url.split('?')[0]}?${await signer(read)}`);
    },
  };
}

function toOpenObject(response: BlobDownloadResponseParsed, range: ByteRange | undefined): OpenObject {
  const stream = response.readableStreamBody;
  const totalBytes = range ? Number(response.contentRange?.split('/')[1]) : response.contentLength;
  if (!stream || !('destroy' in stream) || totalBytes === undefined || !Number.isSafeInteger(totalBytes)) {
    throw new Error('the service answered a download without a body or a size');
  }
  return { stream, totalBytes };
}
