/** Lets one holder at a time have each key, in the order of arrival. */
export interface KeyedLocks {
  /** Resolves, with the way to give the key back, once everybody before has done so. */
  acquire(key: string): Promise<() => void>;
}

/** A lock for each key that somebody holds or wants, and for no other. */
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
