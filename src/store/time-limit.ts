import type { StoreError } from '../domain/index.ts';

/** Limits the time of work on a remote backend. */
export interface TimeLimit {
  /**
   * Does the work with a signal that fires when the time is over or when the caller's own signal fires.
   * Failures become `StoreError`s, except for the caller's own abort, which is thrown as its reason.
   */
  run<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/**
 * `storeErrorFrom` says what a failure of the backend means. SDKs have no limit for a whole call with its
 * retries and pauses.
 */
export function createTimeLimit(seconds: number, storeErrorFrom: (cause: unknown) => StoreError): TimeLimit {
  return {
    async run(caller, work) {
      caller?.throwIfAborted();
      const over = new AbortController();
      const timer = setTimeout(
        () => over.abort(new Error(`no answer within ${seconds} seconds`)),
        seconds * 1000,
      );
      const signal = caller ? AbortSignal.any([caller, over.signal]) : over.signal;
      try {
        return await work(signal);
      } catch (cause) {
        caller?.throwIfAborted();
        throw storeErrorFrom(over.signal.aborted ? over.signal.reason : cause);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
