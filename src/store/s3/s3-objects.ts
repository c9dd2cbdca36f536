import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ByteRange, ObjectStore, OpenObject } from '../../domain/index.ts';
import { requireKey, requirePrefix } from '../store-key.ts';
import type { TimeLimit } from '../time-limit.ts';
import type { S3Bucket } from './connect-s3.ts';
import { listObjects } from './list-objects.ts';
import { putObject } from './put-object.ts';
import { isObjectMissing } from './s3-error.ts';

/** Bodies as objects whose names begin with `start`. */
export function createS3Objects(parts: {
  readonly bucket: S3Bucket;
  readonly limit: TimeLimit;
  readonly start: string;
}): ObjectStore {
  const { bucket, limit, start } = parts;
  const at = (key: string) => ({ Bucket: bucket.name, Key: start + requireKey(key) });

  return {
    capabilities: { conditionalCreate: true, signedDownloads: true, orderedListing: true },

    async put(key, source, options) {
      const { Key } = at(key);
      options?.signal?.throwIfAborted();
      return await putObject(bucket, Key, source, limit, options?.signal);
    },

    async get(key, range) {
      const command = new GetObjectCommand({
        ...at(key),
        ...(range && { Range: `bytes=${range.first}-${range.last}` }),
      });
      return await limit.run(undefined, async (abortSignal) => {
        try {
          return toOpenObject(await bucket.client.send(command, { abortSignal }), range);
        } catch (cause) {
          if (isObjectMissing(cause)) return undefined;
          throw cause;
        }
      });
    },

    async delete(key) {
      const command = new DeleteObjectCommand(at(key));
      await limit.run(undefined, (abortSignal) => bucket.client.send(command, { abortSignal }));
    },

    async *list(prefix, options) {
      yield* listObjects(parts, requirePrefix(prefix), options?.after);
    },

    async signedUrl(key, { ttlSeconds, contentType, contentDisposition }) {
      const command = new GetObjectCommand({
        ...at(key),
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition,
      });
      return await limit.run(undefined, () =>
        getSignedUrl(bucket.client, command, { expiresIn: ttlSeconds }),
      );
    },
  };
}

function toOpenObject(
  { Body, ContentLength, ContentRange }: GetObjectCommandOutput,
  range: ByteRange | undefined,
): OpenObject {
  const totalBytes = range ? Number(ContentRange?.split('/')[1]) : ContentLength;
  if (!(Body instanceof Readable) || totalBytes === undefined || !Number.isSafeInteger(totalBytes)) {
    throw new Error('the service answered a download without a body or a size');
  }
  return { stream: Body, totalBytes };
}
