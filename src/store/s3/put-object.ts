import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type ObjectSource, StoreError } from '../../domain/index.ts';
import { type BodyPiece, piecesOf, sendPieces } from '../body-pieces.ts';
import { writeConditionally } from '../conditional-write.ts';
import type { TimeLimit } from '../time-limit.ts';
import type { S3Bucket } from './connect-s3.ts';
import { failureOf } from './s3-error.ts';

/**
 * Size of one piece, in bytes. S3 accepts less than 5 MiB only for the last one. Bodies that fit into one
 * piece take a single request.
 */
const PIECE_BYTES = 8 * 1024 * 1024;

/** How many pieces are sent at once. */
const PIECES_AT_ONCE = 2;

/**
 * Creates an object as a whole, or not at all: the pieces of a large body count only once the last request
 * names them. Each request carries the SHA-256 of its bytes. Without it, some engines publish the part that
 * came before a connection broke. Each request has a time limit of its own.
 */
export async function putObject(
  bucket: S3Bucket,
  key: string,
  source: ObjectSource,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<'created' | 'exists'> {
  const pieces = piecesOf(source, PIECE_BYTES, signal);
  const first = (await pieces.next()).value;
  const second = (await pieces.next()).value;
  if (!first || !second) return await putWhole(bucket, key, first?.bytes ?? Buffer.alloc(0), limit, signal);
  return await putInPieces(bucket, key, [first, second], pieces, limit, signal);
}

async function putWhole(
  bucket: S3Bucket,
  key: string,
  bytes: Buffer,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<'created' | 'exists'> {
  const command = new PutObjectCommand({
    Bucket: bucket.name,
    Key: key,
    Body: bytes,
    ContentLength: bytes.byteLength,
    ChecksumSHA256: sha256(bytes),
    IfNoneMatch: '*',
    ...bucket.encryption,
  });
  return await createOnly(limit, signal, (abortSignal) =>
    bucket.withoutRetries.send(command, { abortSignal }),
  );
}

async function putInPieces(
  bucket: S3Bucket,
  key: string,
  begun: BodyPiece[],
  rest: AsyncGenerator<BodyPiece, void>,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<'created' | 'exists'> {
  const at = { Bucket: bucket.name, Key: key };
  const { UploadId } = await limit.run(signal, (abortSignal) =>
    bucket.client.send(
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256', ...bucket.encryption }),
      { abortSignal },
    ),
  );
  const parts: CompletedPart[] = [];
  try {
    await sendPieces(begun, rest, PIECES_AT_ONCE, async ({ index, bytes }) => {
      const part = { PartNumber: index + 1, ChecksumSHA256: sha256(bytes) };
      const { ETag } = await limit.run(signal, (abortSignal) =>
        bucket.client.send(new UploadPartCommand({ ...at, UploadId, Body: bytes, ...part }), { abortSignal }),
      );
      parts[index] = { ...part, ...(ETag !== undefined && { ETag }) };
    });
    const result = await createOnly(limit, signal, (abortSignal) =>
      bucket.withoutRetries.send(
        new CompleteMultipartUploadCommand({
          ...at,
          UploadId,
          MultipartUpload: { Parts: parts },
          IfNoneMatch: '*',
        }),
        { abortSignal },
      ),
    );
    if (result === 'exists') await abandon(bucket, at, UploadId, limit);
    return result;
  } catch (cause) {
    await abandon(bucket, at, UploadId, limit);
    throw cause;
  }
}

/**
 * For a create-only write, an unmet condition means that a body exists already. Another writer put it, or an
 * attempt of this one whose answer was lost. Both are equally good, because a key names its bytes.
 */
async function createOnly(
  limit: TimeLimit,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal) => Promise<unknown>,
): Promise<'created' | 'exists'> {
  const { answer } = await limit.run(signal, (abortSignal) =>
    writeConditionally(abortSignal, () => request(abortSignal), failureOf),
  );
  if (answer === 'busy') {
    throw new StoreError('unavailable', {
      cause: new Error('other writes of one body were always under way'),
    });
  }
  return answer === 'unmet' ? 'exists' : 'created';
}

/** Frees the space of pieces that will not be used. Where this fails, the bucket's lifecycle rule does it. */
async function abandon(
  bucket: S3Bucket,
  at: { readonly Bucket: string; readonly Key: string },
  UploadId: string | undefined,
  limit: TimeLimit,
): Promise<void> {
  await limit
    .run(undefined, (abortSignal) =>
      bucket.client.send(new AbortMultipartUploadCommand({ ...at, UploadId }), { abortSignal }),
    )
    .catch(() => undefined);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
