/** Work that no request waits for, but that is finished before the program ends. */
export interface BackgroundWork {
  /** Starts a piece of work; its failure goes to the log. */
  run(what: string, work: () => Promise<void>): void;
  /** Resolves when everything started so far has ended. */
  settle(): Promise<void>;
}

/** Keeps hold of background work until it is done, so that a shutdown can wait for it. */
export function createBackgroundWork(warn: (message: string, cause: unknown) => void): BackgroundWork {
  const running = new Set<Promise<void>>();
  return {
    run(what, work) {
      const piece: Promise<void> = work()
        .catch((cause: unknown) => warn(`${what} failed`, cause))
        .finally(() => running.delete(piece));
      running.add(piece);
    },
    async settle() {
      await Promise.all(running);
    },
  };
}
