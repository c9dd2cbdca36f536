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

/** The meaning of a failed system call for users of the store. A `StoreError` stays as it is. */
export function storeErrorFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  return new StoreError(REASONS[errorCode(cause) ?? ''] ?? 'unavailable', { cause });
}

/** Does the work. Its failures become `StoreError`s. */
export async function asStoreWork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storeErrorFrom(cause);
  }
}

/**
 * The same for calls on an open file, whose errors do not name it. The message states path, call and code.
 */
export async function asStoreWorkAt<T>(path: string, work: () => Promise<T>): Promise<T> {
  return await asStoreWork(async () => {
    try {
      return await work();
    } catch (cause) {
      const message = Error.isError(cause) ? cause.message : String(cause);
      throw Object.assign(new Error(`${message} '${path}'`, { cause }), { code: errorCode(cause) });
    }
  });
}
