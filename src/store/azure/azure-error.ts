import { RestError } from '@azure/storage-blob';
import { StoreError } from '../../domain/index.ts';

/** The service's answer behind an error; `undefined` where there was none. */
export function restError(
  error: unknown,
): { readonly status: number; readonly code: string | undefined } | undefined {
  if (!(error instanceof RestError) || error.statusCode === undefined) return undefined;
  const details = error.details;
  const fromBody =
    typeof details === 'object' && details !== null && 'errorCode' in details ? details.errorCode : undefined;
  return {
    status: error.statusCode,
    code: error.code ?? (typeof fromBody === 'string' ? fromBody : undefined),
  };
}

/** Whether the service said that there is no such blob. A missing container is a failure, not an answer. */
export function isBlobMissing(error: unknown): boolean {
  const answer = restError(error);
  return answer?.status === 404 && answer.code !== 'ContainerNotFound';
}

/**
 * Whether an ETag condition did not hold: 409 `BlobAlreadyExists` for create-only, 412 for a stale If-Match,
 * and 404 where the blob to be replaced is gone.
 */
export function isConditionUnmet(error: unknown): boolean {
  const answer = restError(error);
  return answer?.status === 412 || answer?.code === 'BlobAlreadyExists' || isBlobMissing(error);
}

/** Whether a write may have taken effect although it failed: no answer came, or the service broke off. */
export function isOutcomeOpen(error: unknown): boolean {
  const answer = restError(error);
  return answer === undefined || answer.status >= 500 || answer.status === 408;
}

/** The meaning of a failed request for users of the store. */
export function storeErrorFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const status = restError(cause)?.status;
  const denied = status === 401 || status === 403;
  return new StoreError(denied ? 'denied' : status === 507 ? 'full' : 'unavailable', { cause });
}
