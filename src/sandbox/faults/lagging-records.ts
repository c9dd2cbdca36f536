import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommandExecutor, RecordStore, VersionedRecord } from '../../domain/index.ts';

/** Records that remember the state before the last write, for readers that get stale data. */
export interface LaggingRecords {
  readonly records: RecordStore;
  /**
   * The same executor, but it reads the state before the last write of each record. For commands that only
   * read.
   */
  behindTheTimes(executor: CommandExecutor): CommandExecutor;
  forget(): void;
}

/** Wraps a record store. */
export function createLaggingRecords(inner: RecordStore): LaggingRecords {
  const previous = new Map<string, VersionedRecord | undefined>();
  const behind = new AsyncLocalStorage<true>();
  return {
    records: {
      capabilities: inner.capabilities,
      list: (prefix, options) => inner.list(prefix, options),
      async read(key) {
        return behind.getStore() && previous.has(key) ? previous.get(key) : inner.read(key);
      },
      async swap(key, expected, value) {
        const before = await inner.read(key);
        const swapped = await inner.swap(key, expected, value);
        if (swapped !== 'conflict') previous.set(key, before);
        return swapped;
      },
      async remove(key, expected) {
        const before = await inner.read(key);
        const removed = await inner.remove(key, expected);
        if (removed !== 'conflict') previous.set(key, before);
        return removed;
      },
    },
    forget: () => previous.clear(),
    behindTheTimes: (executor) => ({
      open: (reference, principal) => behind.run(true, () => executor.open(reference, principal)),
      execute: (command, context) => behind.run(true, () => executor.execute(command, context)),
    }),
  };
}
