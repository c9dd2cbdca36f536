import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ObjectFacts } from '../../domain/index.ts';
import type { TimeLimit } from '../time-limit.ts';
import type { S3Bucket } from './connect-s3.ts';

/**
 * Objects whose names begin with `start` and the prefix and come after `after`, in order, 1,000 in each
 * request. Each request is bounded in time.
 */
export async function* listObjects(
  { bucket, limit, start }: { bucket: S3Bucket; limit: TimeLimit; start: string },
  prefix: string,
  after: string | undefined,
): AsyncGenerator<ObjectFacts> {
  let continuation: string | undefined;
  do {
    const token = continuation;
    const page = await limit.run(undefined, (abortSignal) =>
      bucket.client.send(
        new ListObjectsV2Command({
          Bucket: bucket.name,
          Prefix: start + prefix,
          ...(after !== undefined && { StartAfter: start + after }),
          ...(token !== undefined && { ContinuationToken: token }),
        }),
        { abortSignal },
      ),
    );
    for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
      if (Key === undefined) continue;
      yield { key: Key.slice(start.length), bytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
    }
    continuation = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (continuation !== undefined);
}
