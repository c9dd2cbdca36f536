import { StoreError } from '../../domain/index.ts';
import type { TryFailure } from '../conditional-write.ts';

/** The service's answer behind an error; `undefined` where there was none. */
function answerOf(error: unknown): { readonly status: number; readonly code: string } | undefined {
  if (!Error.isError(error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return typeof status === 'number' ? { status, code: error.name } : undefined;
}

/**
 * Whether the service said that there is no such object. A missing bucket or upload is a failure, not an
 * answer.
 */
export function isObjectMissing(error: unknown): boolean {
  const answer = answerOf(error);
  return answer?.status === 404 && answer.code !== 'NoSuchBucket' && answer.code !== 'NoSuchUpload';
}

/**
 * What a failed conditional write means. 412: the condition did not hold. 404: the object to be replaced is
 * gone. 409 `ConditionalRequestConflict`: another write of the key was under way and nothing was changed, so
 * try again.
 */
export function failureOf(error: unknown): TryFailure {
  const answer = answerOf(error);
  if (!answer) return 'open';
  if (answer.status === 412 || isObjectMissing(error)) return 'unmet';
  if (answer.status === 409) return 'busy';
  if (answer.status === 507) return 'failed';
  return answer.status >= 500 || answer.status === 408 ? 'open' : 'failed';
}

/** The meaning of a failed request for users of the store. */
export function storeErrorFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const answer = answerOf(cause);
  const denied = answer?.status === 401 || answer?.status === 403;
  const full = answer?.status === 507 || answer?.code === 'QuotaExceeded';
  return new StoreError(denied ? 'denied' : full ? 'full' : 'unavailable', { cause });
}
