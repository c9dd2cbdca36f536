import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { isJsonObject, type Json, type RecordStore, StoreError } from '../../domain/index.ts';
import { lostAnswer, writeConditionally } from '../conditional-write.ts';
import type { Store } from '../store.ts';
import { requireKey, requirePrefix } from '../store-key.ts';
import { decodeRecord, encodeRecord } from '../store-record.ts';
import type { TimeLimit } from '../time-limit.ts';
import { untilAborted } from '../until-aborted.ts';
import type { S3Bucket } from './connect-s3.ts';
import { listObjects } from './list-objects.ts';
import { failureOf, isObjectMissing } from './s3-error.ts';

/**
 * The content of a record's object. S3's ETag is a digest of the bytes, so a document that is written again
 * would get its old version again. An update based on that old version would then undo the writes in between.
 * The id of each write prevents that.
 */
interface StoredDocument {
  readonly write: string;
  readonly value: Json;
}

/** Records as small objects whose names begin with `start`; a version is an ETag. */
export function createS3Records(parts: {
  readonly bucket: S3Bucket;
  readonly limit: TimeLimit;
  readonly start: string;
}): RecordStore & Required<Pick<Store, 'setAside'>> {
  const { bucket, limit, start } = parts;
  const at = (key: string) => ({ Bucket: bucket.name, Key: start + requireKey(key) });

  async function read(
    place: ReturnType<typeof at>,
    abortSignal: AbortSignal,
  ): Promise<(StoredDocument & { readonly version: string }) | undefined> {
    try {
      const { Body, ETag } = await bucket.client.send(new GetObjectCommand(place), { abortSignal });
      if (!Body || !(Symbol.asyncIterator in Body) || ETag === undefined) {
        throw new Error('the service answered without a body or an ETag');
      }
      return { ...documentOf(await buffer(untilAborted(Body, abortSignal))), version: ETag };
    } catch (cause) {
      if (isObjectMissing(cause)) return undefined;
      throw cause;
    }
  }

  return {
    capabilities: { conditionalCreate: true, conditionalReplace: true, orderedListing: true },

    async read(key) {
      const place = at(key);
      const found = await limit.run(undefined, (abortSignal) => read(place, abortSignal));
      return found && { value: found.value, version: found.version };
    },

    async swap(key, expected, value) {
      const place = at(key);
      encodeRecord(value);
      const document: StoredDocument = { write: randomUUID(), value };
      const command = new PutObjectCommand({
        ...place,
        Body: Buffer.from(JSON.stringify(document)),
        ContentType: 'application/json',
        ...(expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected }),
        ...bucket.encryption,
      });
      return await limit.run(undefined, async (abortSignal) => {
        const { answer, afterLoss } = await writeConditionally(
          abortSignal,
          async () => (await bucket.withoutRetries.send(command, { abortSignal })).ETag,
          failureOf,
        );
        if (answer === undefined) throw new Error('the service answered without an ETag');
        if (answer !== 'unmet' && answer !== 'busy') return { version: answer };
        if (!afterLoss) return 'conflict';
        const now = await read(place, abortSignal);
        if (now?.write === document.write) return { version: now.version };
        throw lostAnswer();
      });
    },

    async remove(key, expected) {
      const command = new DeleteObjectCommand({ ...at(key), IfMatch: expected });
      return await limit.run(undefined, async (abortSignal) => {
        const { answer, afterLoss } = await writeConditionally(
          abortSignal,
          async () => {
            await bucket.withoutRetries.send(command, { abortSignal });
            return 'removed' as const;
          },
          failureOf,
        );
        if (answer === 'removed') return answer;
        if (!afterLoss) return 'conflict';
        throw lostAnswer();
      });
    },

    async setAside(key) {
      const place = at(key);
      return await limit.run(undefined, async (abortSignal) => {
        try {
          const { Body, ETag } = await bucket.client.send(new GetObjectCommand(place), { abortSignal });
          if (!Body || !(Symbol.asyncIterator in Body))
            throw new Error('the service answered without a body');
          const Key = `${start.replace(/records\/$/, 'set-aside/')}${key}.${randomUUID()}`;
          const bytes = await buffer(untilAborted(Body, abortSignal));
          await bucket.client.send(
            new PutObjectCommand({ ...place, Key, Body: bytes, ...bucket.encryption }),
            {
              abortSignal,
            },
          );
          await bucket.withoutRetries.send(new DeleteObjectCommand({ ...place, IfMatch: ETag }), {
            abortSignal,
          });
          return `${bucket.name}/${Key}`;
        } catch (cause) {
          if (failureOf(cause) === 'unmet') return undefined;
          throw cause;
        }
      });
    },

    async *list(prefix, options) {
      requirePrefix(prefix);
      for await (const { key } of listObjects(parts, prefix, options?.after)) yield key;
    },
  };
}

function documentOf(bytes: Uint8Array): StoredDocument {
  const document = decodeRecord(bytes);
  if (!isJsonObject(document) || typeof document.write !== 'string' || document.value === undefined) {
    throw new StoreError('damaged', { cause: new Error('no record of this store') });
  }
  return { write: document.write, value: document.value };
}
