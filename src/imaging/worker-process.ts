import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority, setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '../domain/index.ts';
import type { WorkerAnswer, WorkerLimits } from './job.ts';
import { openMemoryGauge } from './resident-memory.ts';
import { readMessage, type WorkerMessage } from './worker-message.ts';

/** A decoder in its own process. It does one job at a time and can be killed at any moment. */
export interface WorkerProcess {
  readonly pid: number;
  /**
   * Sends a job. Resolves with the answer; rejects with `WorkerGone` where the process ends before it
   * answers.
   */
  run(head: Json, body?: Uint8Array): Promise<WorkerMessage>;
  /** Its resident bytes now; `undefined` where the system does not say. */
  residentBytes(): number | undefined;
  /** Kills the process without waiting. */
  kill(): void;
  /** Resolves when the process is gone; never rejects. */
  readonly gone: Promise<void>;
}

/** The process ended before it answered; `how` is the signal or the exit code. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
  readonly how: string;

  constructor(how: string, stderrTail: string) {
    super(`a picture worker ended (${how}) ${stderrTail}`.trim());
    this.how = how;
  }
}

const STDERR_KEPT = 2_000;

/**
 * By how much the niceness of a worker exceeds the gateway's. It then gets a third of the gateway's share
 * where both want the same processor.
 */
const EXTRA_NICENESS = 5;

/**
 * In MiB. Pixels are outside of this heap. The young generation is bounded as well: V8 would let it grow to
 * 128 MiB, which is above the bound of the whole heap, and would then collect garbage without end.
 */
const WORKER_HEAP = ['--max-old-space-size=96', '--max-semi-space-size=8'];

/**
 * Starts a worker. Rejects where it does not become ready within `startSeconds`, or says that it is unfit.
 */
export async function startWorkerProcess(limits: WorkerLimits, startSeconds: number): Promise<WorkerProcess> {
  const program = fileURLToPath(new URL(`./worker/worker${extname(import.meta.url)}`, import.meta.url));
  const child = fork(program, [JSON.stringify(limits)], {
    execArgv: WORKER_HEAP,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Bytes are sent as bytes.
    serialization: 'advanced',
    env: workerEnvironment(),
  });
  const { pid } = child;
  // The listener is added at once: without it, the error would end the gateway. The machine has no process or
  // no descriptor left.
  if (pid === undefined) {
    const [cause] = (await once(child, 'error')) as [unknown];
    throw new Error('a picture worker cannot be started', { cause });
  }
  lowerPriority(pid);
  const worker = openChannel(child, pid);
  const timer = setTimeout(() => child.kill('SIGKILL'), startSeconds * 1000);
  try {
    const { head } = await worker.firstMessage;
    const answer = head as WorkerAnswer;
    if (answer.kind === 'unfit') throw new Error(`a picture worker is unfit: ${answer.reason}`);
    if (answer.kind !== 'ready') throw new Error('a picture worker did not say that it is ready');
    return worker;
  } catch (cause) {
    child.kill('SIGKILL');
    throw cause;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lowers the worker's priority, so that reads and small responses do not wait for decoders. Call it before the
 * worker has a second thread: the system counts the niceness of each thread separately, and a new thread starts
 * with that of its parent.
 */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, Math.min(getPriority() + EXTRA_NICENESS, constants.priority.PRIORITY_LOW));
  } catch {
    // A sandbox may forbid it. Then both have the same niceness, and everything else works as usual.
  }
}

/**
 * The environment of a worker. It holds nothing of the gateway's own (keys, connection strings), because a
 * worker reads hostile bytes. Each worker has one libvips thread, because there are as many workers as
 * processors. It has few malloc arenas, because otherwise freed pixels would stay resident.
 */
function workerEnvironment(): NodeJS.ProcessEnv {
  const { LD_PRELOAD, LD_LIBRARY_PATH } = process.env;
  return {
    VIPS_BLOCK_UNTRUSTED: '1',
    VIPS_CONCURRENCY: '1',
    UV_THREADPOOL_SIZE: '2',
    MALLOC_ARENA_MAX: '2',
    ...(LD_PRELOAD === undefined ? {} : { LD_PRELOAD }),
    ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
  };
}

interface Waiting {
  readonly resolve: (message: WorkerMessage) => void;
  readonly reject: (cause: Error) => void;
}

function openChannel(
  child: ChildProcess,
  pid: number,
): WorkerProcess & { readonly firstMessage: Promise<WorkerMessage> } {
  let waiting: Waiting | undefined;
  let stderrTail = '';

  const nextMessage = () =>
    new Promise<WorkerMessage>((resolve, reject) => {
      waiting = { resolve, reject };
    });
  const settle = (act: (waiting: Waiting) => void) => {
    const current = waiting;
    waiting = undefined;
    if (current) act(current);
  };
  child.on('message', (received) => settle(({ resolve }) => resolve(readMessage(received))));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_KEPT);
  });
  const gauge = openMemoryGauge(pid);
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      gauge.close();
      settle(({ reject }) => reject(new WorkerGone(how, stderrTail)));
      resolve();
    };
    child.once('error', (cause) => end(cause.message));
    child.once('close', (code, signal) => end(signal ?? `code ${code}`));
  });

  return {
    pid,
    firstMessage: nextMessage(),
    gone,
    residentBytes: gauge.read,
    kill: () => void child.kill('SIGKILL'),
    run: (head, body) => {
      const answer = nextMessage();
      // The process may just have ended. Its end is reported above.
      child.send({ head, body }, () => {});
      return answer;
    },
  };
}
