import { storeErrorFrom } from './azure-error.ts';

/** Keeps work on the service within its time. */
export interface TimeLimit {
  /**
   * Does the work with a signal that fires when the time is over or the caller's own signal does. Failures become `StoreError`s,
   * but for the caller's own abort, which is thrown as its reason.
   */
  run<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The SDK has no time limit of its own: its `tryTimeoutInMs` is only sent to the service, which may be gone. */
export function createTimeLimit(seconds: number): TimeLimit {
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
