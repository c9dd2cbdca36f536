import { setTimeout as pause } from 'node:timers/promises';
import { type Json, ProblemError } from '../domain/index.ts';
import { type Excess, watchWorker } from './watch-worker.ts';
import type { WorkerMessage } from './worker-message.ts';
import { WorkerGone, type WorkerProcess } from './worker-process.ts';

/** What a pool is made of. */
export interface WorkerPoolParts {
  readonly startWorker: () => Promise<WorkerProcess>;
  /** Most workers at once. */
  readonly width: number;
  /** Most jobs that wait. */
  readonly queue: number;
  /** Longest time of a job from its submission to its answer. */
  readonly wallMs: number;
  /** Ceiling of one worker's resident memory. */
  readonly memoryBytes: number;
  /** Told of every worker that ended in the middle of a job without being told to. */
  readonly onCrash?: ((cause: Error) => void) | undefined;
}

/** How busy the workers are at this moment. */
export interface WorkerFigures {
  readonly workers: number;
  /** Of these, at work on a picture. */
  readonly busy: number;
  /** Pictures that wait for one. */
  readonly waiting: number;
}

/** Runs jobs in worker processes. A worker that is killed or dies is replaced; jobs in other workers are not touched. */
export interface WorkerPool {
  /**
   * Runs one job. Throws `ProblemError`: `image-too-complex` when the job itself went over the wall or the memory ceiling,
   * `overloaded` when no worker had enough time for it.
   */
  run(head: Json, body?: Uint8Array): Promise<WorkerMessage>;
  /** Starts the first worker; the others follow when they are first needed. */
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

/** A worker that keeps more than this share of its ceiling after a job is replaced, so that the next job has room. */
const KEEPS_AT_MOST = 0.5;
/** A job that had less than this share of the wall before it was cut off gets `overloaded`, not a verdict on the picture. */
const FAIR_SHARE = 0.8;
const RESTART_DELAY_MS = 250;

/** How the system or an operator ends a process; a decoder that crashes ends by another signal or with a code. */
const KILLED_FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
]);

/** Makes a pool; nothing runs before `start`. */
export function createWorkerPool(parts: WorkerPoolParts): WorkerPool {
  const idle: WorkerProcess[] = [];
  const alive = new Set<WorkerProcess>();
  /** Those that were ended here and are replaced at once. */
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
      settled();
    }, job.deadlineMs - performance.now());
  }

  function next(): void {
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
      fail(job, cause, excess, performance.now() - startedMs);
    } finally {
      running.delete(job);
      next();
      settled();
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

  function fail(job: Job, cause: unknown, excess: Excess | undefined, spentMs: number): void {
    if (excess === 'stall' || (excess === 'time' && spentMs < parts.wallMs * FAIR_SHARE))
      job.reject(overloaded());
    else if (excess) job.reject(new ProblemError({ kind: 'image-too-complex', limit: excess }, { cause }));
    else if (!(cause instanceof WorkerGone)) job.reject(cause);
    else retry(job, cause);
  }

  /**
   * A worker that dies by itself may have been the system's victim: once more. A decoder that crashes twice blames the picture; a worker
   * that is killed twice from outside does not.
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

  /** Never rejects: the jobs that wait have deadlines of their own. */
  async function startAnother(): Promise<void> {
    try {
      register(await parts.startWorker());
    } catch {
      await pause(RESTART_DELAY_MS);
    }
  }

  /** Counts a start among those under way until it is settled. */
  async function track(start: Promise<void>): Promise<void> {
    starting.add(start);
    try {
      await start;
    } finally {
      starting.delete(start);
      next();
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
    // One that died by itself: not at once, lest a machine in trouble spends its time on starting workers.
    else await pause(RESTART_DELAY_MS, undefined, { ref: false });
    next();
  }

  function settled(): void {
    if (running.size + waiting.length === 0) drained?.();
  }

  return {
    figures: () => ({ workers: alive.size, busy: running.size, waiting: waiting.length }),
    start: () => track(parts.startWorker().then(register)),
    run: (head, body) =>
      new Promise((resolve, reject) => {
        if (stopped || (idle.length === 0 && waiting.length >= parts.queue)) return reject(overloaded());
        const deadlineMs = performance.now() + parts.wallMs;
        enqueue({ head, body, deadlineMs, resolve, reject, tries: 0 });
        next();
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
