import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import type { TimeLimit } from '../time-limit.ts';

/**
 * Blobs whose names begin with `start` and the prefix, in order. Each page is bounded in time. The service
 * cannot begin in the middle, so blobs up to `after` are read and skipped, 5,000 in each request.
 */
export async function* listBlobs(
  { container, limit, start }: { container: ContainerClient; limit: TimeLimit; start: string },
  prefix: string,
  after = '',
): AsyncGenerator<BlobItem & { readonly key: string }> {
  let continuationToken: string | undefined;
  do {
    const token = continuationToken;
    const page = await limit.run(undefined, async (abortSignal) => {
      const pages = container
        .listBlobsFlat({ prefix: start + prefix, abortSignal })
        .byPage({ maxPageSize: 5_000, ...(token !== undefined && { continuationToken: token }) });
      return (await pages.next()).value;
    });
    for (const blob of page?.segment.blobItems ?? []) {
      const key = blob.name.slice(start.length);
      if (key > after) yield { ...blob, key };
    }
    continuationToken = page?.continuationToken || undefined;
  } while (continuationToken !== undefined);
}
