import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { BlockBlobClient } from '@azure/storage-blob';
import { StoreError } from '../../domain/index.ts';
import { isConditionUnmet, isOutcomeOpen } from './azure-error.ts';

/** Tries of one conditional write. */
const MAX_TRIES = 3;

/** Pause before the second try, in milliseconds; doubled before the third. */
const FIRST_PAUSE_MS = 100;

/** Metadata that names the write a blob came from, so that an answer that was lost can be made up for. */
const WRITE = 'polyfacewrite';

/**
 * Replaces the blob if its ETag is still `expected`, creates it if that is `undefined`. A try whose answer was lost is made
 * again; when the condition then fails, the blob itself tells whether it was this write that took effect.
 */
export async function replaceBlob(
  blob: BlockBlobClient,
  expected: string | undefined,
  bytes: Buffer,
  abortSignal: AbortSignal,
): Promise<{ readonly version: string } | 'conflict'> {
  const write = randomUUID();
  const conditions = expected === undefined ? { ifNoneMatch: '*' } : { ifMatch: expected };
  const { answer, afterLoss } = await tried(abortSignal, async () => {
    const { etag } = await blob.upload(bytes, bytes.byteLength, {
      abortSignal,
      conditions,
      metadata: { [WRITE]: write },
      blobHTTPHeaders: { blobContentType: 'application/json' },
    });
    return etag;
  });
  if (answer !== 'unmet') return { version: requireEtag(answer) };
  if (!afterLoss) return 'conflict';
  const now = await blob.getProperties({ abortSignal });
  if (now.metadata?.[WRITE] === write) return { version: requireEtag(now.etag) };
  throw new StoreError('unavailable', {
    cause: new Error('an answer was lost and the record has changed since'),
  });
}

/** Removes the blob if its ETag is still `expected`. */
export async function removeBlob(
  blob: BlockBlobClient,
  expected: string,
  abortSignal: AbortSignal,
): Promise<'removed' | 'conflict'> {
  const { answer, afterLoss } = await tried(abortSignal, async () => {
    await blob.delete({ abortSignal, conditions: { ifMatch: expected } });
  });
  if (answer !== 'unmet') return 'removed';
  if (!afterLoss) return 'conflict';
  throw new StoreError('unavailable', {
    cause: new Error('an answer was lost and the record has changed since'),
  });
}

/** Makes a conditional request until its answer is known. `afterLoss`: an earlier try may have taken effect. */
async function tried<T>(
  signal: AbortSignal,
  request: () => Promise<T>,
): Promise<{ readonly answer: T | 'unmet'; readonly afterLoss: boolean }> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { answer: await request(), afterLoss: tries > 1 };
    } catch (error) {
      if (isConditionUnmet(error)) return { answer: 'unmet', afterLoss: tries > 1 };
      if (tries === MAX_TRIES || !isOutcomeOpen(error)) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, { signal });
    }
  }
}

function requireEtag(etag: string | undefined): string {
  if (etag === undefined) throw new Error('the service answered without an ETag');
  return etag;
}
