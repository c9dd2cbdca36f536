import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { lostAnswer, type TryFailure, writeConditionally } from '../conditional-write.ts';
import { isConditionUnmet, isOutcomeOpen } from './azure-error.ts';

/** Metadata that names the write of a blob. After a lost answer it shows which write took effect. */
const WRITE = 'polyfacewrite';

/**
 * Replaces the blob if its ETag is still `expected`; creates it if `expected` is `undefined`. Repeats an
 * attempt whose answer was lost. Where the condition then fails, the blob itself shows whether this write
 * took effect.
 */
export async function replaceBlob(
  blob: BlockBlobClient,
  expected: string | undefined,
  bytes: Buffer,
  abortSignal: AbortSignal,
): Promise<{ readonly version: string } | 'conflict'> {
  const write = randomUUID();
  const conditions = expected === undefined ? { ifNoneMatch: '*' } : { ifMatch: expected };
  const { answer, afterLoss } = await writeConditionally(
    abortSignal,
    async () => {
      const { etag } = await blob.upload(bytes, bytes.byteLength, {
        abortSignal,
        conditions,
        metadata: { [WRITE]: write },
        blobHTTPHeaders: { blobContentType: 'application/json' },
      });
      return etag;
    },
    failureOf,
  );
  if (answer !== 'unmet' && answer !== 'busy') return { version: requireEtag(answer) };
  if (!afterLoss) return 'conflict';
  const now = await blob.getProperties({ abortSignal });
  if (now.metadata?.[WRITE] === write) return { version: requireEtag(now.etag) };
  throw lostAnswer();
}

/** Removes the blob if its ETag is still `expected`. */
export async function removeBlob(
  blob: BlockBlobClient,
  expected: string,
  abortSignal: AbortSignal,
): Promise<'removed' | 'conflict'> {
  const { answer, afterLoss } = await writeConditionally(
    abortSignal,
    async () => {
      await blob.delete({ abortSignal, conditions: { ifMatch: expected } });
    },
    failureOf,
  );
  if (answer !== 'unmet' && answer !== 'busy') return 'removed';
  if (!afterLoss) return 'conflict';
  throw lostAnswer();
}

function failureOf(error: unknown): TryFailure {
  if (isConditionUnmet(error)) return 'unmet';
  return isOutcomeOpen(error) ? 'open' : 'failed';
}

function requireEtag(etag: string | undefined): string {
  if (etag === undefined) throw new Error('the service answered without an ETag');
  return etag;
}
