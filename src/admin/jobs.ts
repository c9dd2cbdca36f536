import { randomBytes } from 'node:crypto';
import { AdminProblem } from './admin-problem.ts';

/** Long work that an operator started. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly actor: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** 0 to 1. */
  readonly progress: number;
  /** How many items are done, and of how many; only where they can be counted. */
  readonly count?: { readonly done: number; readonly of: number };
  readonly result?: unknown;
  /** One sentence for people. */
  readonly failure?: string;
}

/** The work of a job. It must stop when the signal is aborted, and reports its progress. */
export type JobWork = (job: {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
  readonly onCount: (done: number, of: number) => void;
}) => Promise<unknown>;

/** The jobs of this gateway, in memory. */
export interface Jobs {
  start(order: Pick<Job, 'kind' | 'target' | 'actor'>, work: JobWork): Job;
  find(id: string): Job | undefined;
  /** Newest first. */
  list(): readonly Job[];
  cancel(id: string): Job | undefined;
  /** Calls the listener at each change of the job, until the returned function is called. */
  subscribe(id: string, listener: (job: Job) => void): () => void;
  /** Cancels the running jobs and waits for them to end. */
  stop(): Promise<void>;
}

const MAX_KEPT = 100;

/** Creates an empty list of jobs. `onEnd` gets each job that ended. */
export function createJobs({
  nowMs,
  onEnd,
}: {
  readonly nowMs: () => number;
  readonly onEnd: (job: Job, cause?: unknown) => void;
}): Jobs {
  const entries = new Map<string, Entry>();

  function change(entry: Entry, changes: Partial<Job>): void {
    entry.job = { ...entry.job, ...changes };
    for (const listener of entry.listeners) listener(entry.job);
  }

  async function run(entry: Entry, work: JobWork): Promise<void> {
    const { signal } = entry.abort;
    try {
      const onProgress = (progress: number) => change(entry, { progress });
      const onCount = (done: number, of: number) =>
        change(entry, { progress: of === 0 ? 1 : done / of, count: { done, of } });
      const result = await work({ signal, onProgress, onCount });
      change(entry, {
        state: signal.aborted ? 'cancelled' : 'done',
        ...(signal.aborted ? {} : { progress: 1 }),
        result,
        endedAtMs: nowMs(),
      });
      onEnd(entry.job);
    } catch (cause) {
      const state = signal.aborted ? 'cancelled' : 'failed';
      const failure = cause instanceof AdminProblem ? cause.message : 'The job failed; the log says why.';
      change(entry, { state, failure, endedAtMs: nowMs() });
      onEnd(entry.job, cause);
    }
  }

  return {
    start(order, work) {
      const job: Job = {
        id: randomBytes(8).toString('hex'),
        ...order,
        startedAtMs: nowMs(),
        state: 'running',
        progress: 0,
      };
      const entry: Entry = {
        job,
        abort: new AbortController(),
        listeners: new Set(),
        done: Promise.resolve(),
      };
      entries.set(job.id, entry);
      const finished = [...entries.values()].filter((each) => each.job.state !== 'running');
      for (const old of finished.slice(0, Math.max(0, entries.size - MAX_KEPT))) entries.delete(old.job.id);
      entry.done = run(entry, work);
      return job;
    },
    find: (id) => entries.get(id)?.job,
    list: () => [...entries.values()].map(({ job }) => job).reverse(),
    cancel(id) {
      const entry = entries.get(id);
      entry?.abort.abort(new Error('the job was cancelled'));
      return entry?.job;
    },
    subscribe(id, listener) {
      const entry = entries.get(id);
      entry?.listeners.add(listener);
      return () => entry?.listeners.delete(listener);
    },
    async stop() {
      for (const { abort } of entries.values()) abort.abort(new Error('the gateway stops'));
      await Promise.all([...entries.values()].map(({ done }) => done));
    },
  };
}

interface Entry {
  job: Job;
  done: Promise<void>;
  readonly abort: AbortController;
  readonly listeners: Set<(job: Job) => void>;
}
