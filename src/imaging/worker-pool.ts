import { setTimeout as pause } from 'node:timers/promises';
import { type Json, ProblemError } from '../domain/index.ts';
import { type Excess, watchWorker } from './watch-worker.ts';
import type { WorkerMessage } from './worker-message.ts';
import { WorkerGone, type WorkerProcess } from './worker-process.ts';

/** The parts and limits of a pool. */
export interface WorkerPoolParts {
  readonly startWorker: () => Promise<WorkerProcess>;
  /** Most workers at once. */
  readonly width: number;
  /** Most jobs that wait. */
  readonly queue: number;
  /** Longest time of a job from its submission to its answer. */
  readonly timeoutMs: number;
  /** Ceiling of one worker's resident memory. */
  readonly memoryBytes: number;
  /** Called for every worker that ends by itself in the middle of a job. */
  readonly onCrash?: ((cause: Error) => void) | undefined;
}

/** How busy the workers are at this moment. */
export interface WorkerFigures {
  readonly workers: number;
  /** How many of them work on a picture. */
  readonly busy: number;
  /** How many pictures wait for a worker. */
  readonly waiting: number;
}

/** Runs jobs in worker processes. A worker that ends is replaced. Jobs in other workers go on. */
export interface WorkerPool {
  /**
   * Runs one job. Throws `ProblemError` `image-too-complex` if the job exceeded its time or memory limit, and
   * `overloaded` if no worker had enough time for it.
   */
  run(head: Json, body?: Uint8Array): Promise<WorkerMessage>;
  /** Starts the first worker. The others are started when they are needed. */
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
  figures(): WorkerFigures;
}

interface Job {
  readonly head: Json;
  readonly body: Uint8Array | undefined;
  readonly deadlineMs: number;
  readonly resolve: (answer: WorkerMessage) => void;
  readonly reject: (cause: unknown) => void;
  /** Ends the wait in the queue. */
  timer?: NodeJS.Timeout;
  tries: number;
}

/**
 * A worker that still holds more than this share of its memory limit after a job is replaced, so that the next
 * job has enough memory.
 */
const KEEPS_AT_MOST = 0.5;
/**
 * A job that got less than this share of the time limit fails with `overloaded`. It does not show that the
 * picture is too complex.
 */
const FAIR_SHARE = 0.8;
const RESTART_DELAY_MS = 250;

/**
 * Signals by which the system or an operator ends a process. A decoder that crashes ends by another signal or
 * with an exit code.
 */
const KILLED_FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
]);

/** Creates a pool. Nothing runs before `start`. */
export function createWorkerPool(parts: WorkerPoolParts): WorkerPool {
  const idle: WorkerProcess[] = [];
  const alive = new Set<WorkerProcess>();
  /** Workers that the pool killed. They are replaced at once. */
  const discarded = new WeakSet<WorkerProcess>();
  const waiting: Job[] = [];
  const running = new Set<Job>();
  const starting = new Set<Promise<void>>();
  let stopped = false;
  let averageMs = 50;
  let drained: (() => void) | undefined;

  const overloaded = () =>
    new ProblemError({
      kind: 'overloaded',
      retryAfterSeconds: Math.max(1, Math.ceil(((waiting.length + 1) * averageMs) / parts.width / 1000)),
    });

  function enqueue(job: Job, first = false): void {
    if (first) waiting.unshift(job);
    else waiting.push(job);
    job.timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(job), 1);
      job.reject(overloaded());
      reportDrained();
    }, job.deadlineMs - performance.now());
  }

  function startNextJobs(): void {
    while (waiting.length > 0) {
      const worker = idle.pop();
      if (!worker) {
        if (alive.size + starting.size < parts.width && waiting.length > starting.size) addWorker();
        return;
      }
      const job = waiting.shift();
      if (!job) return;
      clearTimeout(job.timer);
      void execute(worker, job);
    }
  }

  async function execute(worker: WorkerProcess, job: Job): Promise<void> {
    running.add(job);
    const startedMs = performance.now();
    let excess: Excess | undefined;
    const unwatch = watchWorker(
      worker,
      { leftMs: job.deadlineMs - startedMs, memoryBytes: parts.memoryBytes },
      (found) => {
        excess = found;
        discard(worker);
      },
    );
    job.tries += 1;
    try {
      const answer = await worker.run(job.head, job.body);
      unwatch();
      averageMs += (performance.now() - startedMs - averageMs) / 16;
      giveBack(worker);
      job.resolve(answer);
    } catch (cause) {
      unwatch();
      rejectOrRetry(job, cause, excess, performance.now() - startedMs);
    } finally {
      running.delete(job);
      startNextJobs();
      reportDrained();
    }
  }

  function giveBack(worker: WorkerProcess): void {
    if ((worker.residentBytes() ?? 0) > parts.memoryBytes * KEEPS_AT_MOST) discard(worker);
    else if (alive.has(worker)) idle.push(worker);
  }

  function discard(worker: WorkerProcess): void {
    discarded.add(worker);
    worker.kill();
  }

  function rejectOrRetry(job: Job, cause: unknown, excess: Excess | undefined, spentMs: number): void {
    if (excess === 'stall' || (excess === 'time' && spentMs < parts.timeoutMs * FAIR_SHARE))
      job.reject(overloaded());
    else if (excess) job.reject(new ProblemError({ kind: 'image-too-complex', limit: excess }, { cause }));
    else if (!(cause instanceof WorkerGone)) job.reject(cause);
    else retry(job, cause);
  }

  /**
   * Runs the job once more after its worker ended by itself, because the system may have killed the worker. If
   * the decoder crashes twice, the picture is at fault. If a worker is killed twice from outside, it is not.
   */
  function retry(job: Job, cause: WorkerGone): void {
    if (stopped) return job.reject(overloaded());
    parts.onCrash?.(cause);
    if (job.tries < 2) enqueue(job, true);
    else if (KILLED_FROM_OUTSIDE.has(cause.how)) job.reject(overloaded());
    else job.reject(new ProblemError({ kind: 'image-too-complex', limit: 'memory' }, { cause }));
  }

  function addWorker(): void {
    void track(startAnother());
  }

  /** Never rejects, because the waiting jobs have their own deadlines. */
  async function startAnother(): Promise<void> {
    try {
      register(await parts.startWorker());
    } catch {
      await pause(RESTART_DELAY_MS);
    }
  }

  /** Counts a worker as starting until its start has succeeded or failed. */
  async function track(start: Promise<void>): Promise<void> {
    starting.add(start);
    try {
      await start;
    } finally {
      starting.delete(start);
      startNextJobs();
    }
  }

  function register(worker: WorkerProcess): void {
    if (stopped) return worker.kill();
    alive.add(worker);
    idle.push(worker);
    void forgetWhenGone(worker);
  }

  async function forgetWhenGone(worker: WorkerProcess): Promise<void> {
    await worker.gone;
    alive.delete(worker);
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
    if (stopped) return;
    if (discarded.has(worker)) addWorker();
    // A worker that ended by itself is replaced after a pause. Otherwise a faulty machine would do nothing but
    // start workers.
    else await pause(RESTART_DELAY_MS, undefined, { ref: false });
    startNextJobs();
  }

  function reportDrained(): void {
    if (running.size + waiting.length === 0) drained?.();
  }

  return {
    figures: () => ({ workers: alive.size, busy: running.size, waiting: waiting.length }),
    start: () => track(parts.startWorker().then(register)),
    run: (head, body) =>
      new Promise((resolve, reject) => {
        if (stopped || (idle.length === 0 && waiting.length >= parts.queue)) return reject(overloaded());
        const deadlineMs = performance.now() + parts.timeoutMs;
        enqueue({ head, body, deadlineMs, resolve, reject, tries: 0 });
        startNextJobs();
      }),
    async stop(graceMs) {
      stopped = true;
      if (running.size + waiting.length > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        drained = resolve;
        const timer = setTimeout(resolve, graceMs);
        await promise;
        clearTimeout(timer);
      }
      for (const job of waiting.splice(0)) {
        clearTimeout(job.timer);
        job.reject(overloaded());
      }
      const ends = [...alive].map((worker) => worker.gone);
      for (const worker of alive) worker.kill();
      await Promise.allSettled([...ends, ...starting]);
    },
  };
}
