import PQueue from 'p-queue';
import type { Attended } from './run-records.ts';
import { valueOf } from './settled.ts';

/** Attends to people, so many at once, in the order in which they are handed over. */
export interface PersonQueue<Outcome extends string> {
  /** Resolves without the people who were not begun when the run was interrupted. */
  attend(ids: readonly string[]): Promise<Attended<Outcome>[]>;
  /** Starts no further person during the pause. */
  pauseDuring(pause: () => Promise<void>): Promise<void>;
  /** Starts no further person, and resolves when those under way are done. */
  stop(): Promise<void>;
}

/** A queue for one run. A rejection stops it. */
export function createPersonQueue<Outcome extends string>(run: {
  readonly concurrency: number;
  /** Of the whole run; people who are not begun when it fires are left out. */
  readonly signal: AbortSignal;
  readonly attend: (id: string, signal: AbortSignal) => Promise<Attended<Outcome>>;
}): PersonQueue<Outcome> {
  const tasks = new PQueue({ concurrency: run.concurrency });
  const stopping = new AbortController();
  const signal = AbortSignal.any([run.signal, stopping.signal]);

  async function attendOne(id: string): Promise<Attended<Outcome> | undefined> {
    if (signal.aborted) {
      // A chunk that lacks people must not pass for a whole one.
      if (!run.signal.aborted) throw stopping.signal.reason;
      return undefined;
    }
    try {
      return await run.attend(id, signal);
    } catch (cause) {
      stopping.abort(cause);
      throw cause;
    }
  }

  return {
    async attend(ids) {
      const attended = await Promise.allSettled(ids.map((id) => tasks.add(() => attendOne(id))));
      return attended.map(valueOf).filter((one) => one !== undefined);
    },
    async pauseDuring(pause) {
      tasks.pause();
      await pause();
      tasks.start();
    },
    async stop() {
      stopping.abort();
      tasks.start();
      await tasks.onIdle();
    },
  };
}
