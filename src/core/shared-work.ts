import PQueue from 'p-queue';

/** Work that several callers may ask for at the same moment and that is done once. */
export interface SharedWork<Result> {
  /** Starts the work of that key, or joins it when it is already running. */
  do(key: string, work: () => Promise<Result>): Promise<Result>;
}

/** At most `concurrency` pieces are under way; further ones wait for their turn. */
export function createSharedWork<Result>(concurrency: number): SharedWork<Result> {
  const queue = new PQueue({ concurrency });
  const underWay = new Map<string, Promise<Result>>();
  return {
    do(key, work) {
      const known = underWay.get(key);
      if (known) return known;
      const started = queue.add(work).finally(() => underWay.delete(key));
      underWay.set(key, started);
      return started;
    },
  };
}
