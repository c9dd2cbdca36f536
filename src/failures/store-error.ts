import { StoreError } from '../domain/index.ts';
import { errorCode } from './error-code.ts';

const REASONS: Readonly<Record<string, StoreError['reason']>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
};

/** What a failed system call means to whoever uses the store. A `StoreError` stays as it is. */
export function storeErrorFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  return new StoreError(REASONS[errorCode(cause) ?? ''] ?? 'unavailable', { cause });
}

/** Does the work; its failures become `StoreError`s. */
export async function asStoreWork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storeErrorFrom(cause);
  }
}
