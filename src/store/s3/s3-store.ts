import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Store } from '../store.ts';
import { createTimeLimit } from '../time-limit.ts';
import { connectS3 } from './connect-s3.ts';
import { storeErrorFrom } from './s3-error.ts';
import { createS3Objects } from './s3-objects.ts';
import { createS3Records } from './s3-records.ts';
import type { S3StoreSettings } from './s3-store-settings.ts';

/**
 * One bucket of Amazon S3, or of an engine that honours its conditional writes, shared by any number of
 * gateways. `timeoutSeconds` bounds each request for a record and each piece of a body, with its attempts and
 * pauses.
 */
export function createS3Store(settings: S3StoreSettings): Store {
  const bucket = connectS3(settings);
  const limit = createTimeLimit(settings.timeoutSeconds, storeErrorFrom);
  const start = settings.prefix ? `${settings.prefix.replace(/(?<!\/)\/+$/, '')}/` : '';

  const records = createS3Records({ bucket, limit, start: `${start}records/` });

  return {
    objects: createS3Objects({ bucket, limit, start: `${start}objects/` }),
    records,
    setAside: (key) => records.setAside(key),

    async start() {
      const command = new ListObjectsV2Command({ Bucket: bucket.name, Prefix: start, MaxKeys: 1 });
      await limit.run(undefined, (abortSignal) => bucket.client.send(command, { abortSignal }));
    },

    async stop() {
      bucket.client.destroy();
      bucket.withoutRetries.destroy();
    },
  };
}
