/** Lets one piece of work at a time run for each key, in the order of arrival. */
export interface KeyedQueue {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** A queue for each key that has work, and for no other. */
export function createKeyedQueue(): KeyedQueue {
  const last = new Map<string, Promise<void>>();
  return {
    async run(key, work) {
      const before = last.get(key) ?? Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const turn = before.then(() => promise);
      last.set(key, turn);
      await before;
      try {
        return await work();
      } finally {
        resolve();
        if (last.get(key) === turn) last.delete(key);
      }
    },
  };
}
