import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority, setPriority } from 'node:os';
import { Duplex } from 'node:stream';
import type { Json } from '../domain/index.ts';
import { programFile } from '../prepared/project-files.ts';
import { createFrameReader, encodeFrame, type Frame } from './frames.ts';
import type { WorkerAnswer, WorkerLimits } from './job.ts';
import { openMemoryGauge } from './resident-memory.ts';

/** A decoder in a process of its own: does one job at a time and can be killed at any moment. */
export interface WorkerProcess {
  readonly pid: number;
  /** Sends a job; resolves with the answer, rejects with `WorkerGone` when the process ends before it. */
  run(head: Json, body?: Uint8Array): Promise<Frame>;
  /** Bytes that it has resident now; `undefined` where the system does not say. */
  residentBytes(): number | undefined;
  /** Ends it without waiting. */
  kill(): void;
  /** Resolves when the process is gone; never rejects. */
  readonly gone: Promise<void>;
}

/** The process ended before it answered; `how` is the signal or the exit code. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone';
  readonly how: string;

  constructor(how: string, lastWords: string) {
    super(`a picture worker ended (${how}) ${lastWords}`.trim());
    this.how = how;
  }
}

/** The channel's descriptor in the child, after stdin, stdout and stderr. */
const CHANNEL = 3;
const STDERR_KEPT = 2_000;

/** How much nicer than the gateway a worker is: a third of its share where both want the same processor. */
const NICER = 5;

/** Starts a worker. Rejects when it does not become ready within `startSeconds` or says that it is unfit. */
export async function startWorkerProcess(limits: WorkerLimits, startSeconds: number): Promise<WorkerProcess> {
  const program = programFile('src/imaging/worker/worker');
  const child = spawn(process.execPath, ['--max-old-space-size=96', program, JSON.stringify(limits)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: workerEnvironment(),
  });
  const { pid } = child;
  // Heard at once, or it would end the gateway: the machine has no process or no descriptor left.
  if (pid === undefined) {
    const [cause] = (await once(child, 'error')) as [unknown];
    throw new Error('a picture worker cannot be started', { cause });
  }
  giveWay(pid);
  const worker = speakWith(child, pid);
  const timer = setTimeout(() => child.kill('SIGKILL'), startSeconds * 1000);
  try {
    const { head } = await worker.firstFrame;
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
 * Reads and small answers must not wait behind decoders. Before the worker has a second thread, for the system counts the niceness of
 * each by itself, and a new one starts with that of the thread that makes it.
 */
function giveWay(pid: number): void {
  try {
    setPriority(pid, Math.min(getPriority() + NICER, constants.priority.PRIORITY_LOW));
  } catch {
    // A sandbox may forbid it: then both are equal, and nothing else is different.
  }
}

/**
 * Nothing of the gateway's own environment (keys, connection strings) reaches the process that reads hostile bytes. One libvips
 * thread each, for the pool is as wide as the processors; few malloc arenas, or freed pixels stay resident.
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
  readonly resolve: (frame: Frame) => void;
  readonly reject: (cause: Error) => void;
}

function speakWith(
  child: ChildProcess,
  pid: number,
): WorkerProcess & { readonly firstFrame: Promise<Frame> } {
  const channel = child.stdio[CHANNEL];
  if (!(channel instanceof Duplex)) throw new Error('the worker has no channel');
  let waiting: Waiting | undefined;
  let lastWords = '';

  const nextFrame = () =>
    new Promise<Frame>((resolve, reject) => {
      waiting = { resolve, reject };
    });
  const settle = (act: (waiting: Waiting) => void) => {
    const current = waiting;
    waiting = undefined;
    if (current) act(current);
  };
  const read = createFrameReader((frame) => settle(({ resolve }) => resolve(frame)));
  channel.on('data', (bytes: Buffer) => {
    try {
      read(bytes);
    } catch {
      child.kill('SIGKILL');
    }
  });
  // A write to a process that just ended: its end is reported below.
  channel.on('error', () => {});
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-STDERR_KEPT);
  });
  const gauge = openMemoryGauge(pid);
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      gauge.close();
      settle(({ reject }) => reject(new WorkerGone(how, lastWords)));
      resolve();
    };
    child.once('error', (cause) => end(cause.message));
    child.once('close', (code, signal) => end(signal ?? `code ${code}`));
  });

  return {
    pid,
    firstFrame: nextFrame(),
    gone,
    residentBytes: gauge.read,
    kill: () => void child.kill('SIGKILL'),
    run: (head, body) => {
      const answer = nextFrame();
      channel.cork();
      for (const piece of encodeFrame(head, body)) channel.write(piece);
      channel.uncork();
      return answer;
    },
  };
}
