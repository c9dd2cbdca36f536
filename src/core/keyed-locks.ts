/** Gives each key to one holder at a time, in the order in which they asked. */
export interface KeyedLocks {
  /** Resolves with the function that gives the key back, once every earlier holder has done so. */
  acquire(key: string): Promise<() => void>;
}

/** Locks for the keys that are held or asked for at the moment. */
export function createKeyedLocks(): KeyedLocks {
  const last = new Map<string, Promise<void>>();
  return {
    async acquire(key) {
      const before = last.get(key) ?? Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      last.set(key, promise);
      await before;
      return () => {
        resolve();
        if (last.get(key) === promise) last.delete(key);
      };
    },
  };
}
