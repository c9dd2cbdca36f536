import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { ProcessedPicture } from '../../src/domain/index.ts';
import { createImaging } from '../../src/imaging/imaging.ts';
import { residentBytes } from '../../src/imaging/resident-memory.ts';
import { createWorkerPool } from '../../src/imaging/worker-pool.ts';
import { startWorkerProcess } from '../../src/imaging/worker-process.ts';
import { aFlatPng, aJpeg, aScanBomb, aTextBomb } from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

/** Legal, just below the limit of scans: half a second and more of the decoder's time in 80 KB. */
const SLOW = aScanBomb({ side: 7000, scans: 99 });

/** Keeps a worker busy for a moment. */
const BUSY = aScanBomb({ side: 2500, scans: 90 });

const execute = promisify(execFile);

function workers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(parent) === process.pid && state !== 'Z';
      } catch {
        return false;
      }
    });
}

describe('a worker that is killed', () => {
  const imaging = startImaging({ timeoutSeconds: 50, memoryMiB: 300 });

  it('a worker that is killed for its memory is the end of its own picture alone', async () => {
    const small = await aJpeg();
    const [bomb, ...others] = await Promise.allSettled([
      imaging.process(aTextBomb()),
      ...Array.from({ length: 20 }, () => imaging.process(small)),
    ]);
    expect(bomb).toMatchObject({ reason: { problem: { kind: 'image-too-complex', limit: 'memory' } } });
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'));
    expect((await imaging.process(small)).facts.format).toBe('jpeg');
  });

  it('a worker that is killed from outside is replaced, and its picture tried once more', async () => {
    const slow = imaging.process(SLOW);
    while (workers().every((pid) => (residentBytes(pid) ?? 0) < 120_000_000)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const heaviest = workers().sort((one, other) => (residentBytes(other) ?? 0) - (residentBytes(one) ?? 0));
    process.kill(heaviest[0] ?? 0, 'SIGKILL');
    expect((await slow).facts).toMatchObject({ width: 7000, height: 7000 });
  });

  it('a worker that is killed while idle is noticed before the next picture', async () => {
    for (const pid of workers()) process.kill(pid, 'SIGKILL');
    expect((await imaging.process(await aJpeg())).facts.format).toBe('jpeg');
  });
});

describe('a picture whose worker ends twice', () => {
  const limits = { limitPixels: 64e6, limitSidePixels: 16_384, memoryBytes: 512 * 1024 * 1024 };
  const request = { accepted: ['png'], recipes: [], deferrable: false, scratch: '' };

  /** A pool whose workers are real and get this signal as soon as they have a job. */
  async function fateOfPicture(signal: NodeJS.Signals): Promise<unknown> {
    const pool = createWorkerPool({
      startWorker: async () => {
        const worker = await startWorkerProcess(limits, 50);
        return {
          ...worker,
          run: (head, body) => {
            const answer = worker.run(head, body);
            process.kill(worker.pid, signal);
            return answer;
          },
        };
      },
      width: 1,
      queue: 4,
      timeoutMs: 50_000,
      memoryBytes: limits.memoryBytes,
    });
    await pool.start();
    try {
      return await pool.run(request, SLOW).catch((cause: unknown) => cause);
    } finally {
      await pool.stop(0);
    }
  }

  it('a picture whose worker ends twice is not blamed where the worker was killed from outside: overloaded, with a time to come back', async () => {
    const problem = { kind: 'overloaded', retryAfterSeconds: expect.any(Number) };
    expect(await fateOfPicture('SIGKILL')).toMatchObject({ problem });
  });

  it('a picture whose worker ends twice is blamed where the decoder crashed', async () => {
    expect(await fateOfPicture('SIGSEGV')).toMatchObject({ problem: { kind: 'image-too-complex' } });
  });
});

describe('the time limit of a picture', () => {
  const imaging = startImaging({ workers: 1, timeoutSeconds: 0.6 });
  const longer = [recipe({ format: 'png' })];

  it('the time limit ends a picture that takes too long, and does not blame the one that waited behind it', async () => {
    const small = await aJpeg();
    const [slow, waiting] = await Promise.allSettled([imaging.process(SLOW, longer), imaging.process(small)]);
    expect(slow).toMatchObject({ reason: { problem: { kind: 'image-too-complex', limit: 'time' } } });
    if (waiting.status === 'rejected')
      expect(waiting.reason).toMatchObject({ problem: { kind: 'overloaded' } });
    expect(await readdir(imaging.scratchDir())).toEqual([]);
  });

  it('the time limit does not blame a picture to which the machine gave no time', async () => {
    const verdict = imaging.refusal(SLOW);
    for (const pid of workers()) process.kill(pid, 'SIGSTOP');
    expect(await verdict).toMatchObject({ kind: 'overloaded' });
  });
});

describe('a full queue', () => {
  const imaging = startImaging({ workers: 1, queue: 2, timeoutSeconds: 50 });

  it('a full queue is overloaded at once and says when to come back', async () => {
    const jobs = Array.from({ length: 6 }, () => imaging.refusal(BUSY));
    const problems = await Promise.all(jobs);
    expect(problems.map((problem) => problem?.kind)).toEqual([
      undefined,
      undefined,
      undefined,
      'overloaded',
      'overloaded',
      'overloaded',
    ]);
    const refused = problems[5];
    expect(refused?.kind === 'overloaded' && refused.retryAfterSeconds).toBeGreaterThanOrEqual(1);
  });
});

describe('stopping', () => {
  it('a pool that stops lets pictures under way finish and ends every worker', async () => {
    const before = workers();
    const imaging = createImaging({
      workers: 2,
      timeoutSeconds: 50,
      memoryMiB: 384,
      limitMegapixels: 50,
      limitSidePixels: 12_000,
      queue: 4,
      scratchDir: join(tmpdir(), 'polyface-imaging-stop'),
    });
    await imaging.start();
    const bytes = aFlatPng({ width: 4000, height: 4000 });
    const underWay: Promise<ProcessedPicture> = imaging.process({
      source: { kind: 'memory', bytes },
      accepted: ['png'],
      recipes: [recipe({ format: 'jpeg' })],
    });
    await imaging.stop(50);
    expect((await underWay).renditions).toHaveLength(1);
    expect(workers().filter((pid) => !before.includes(pid))).toEqual([]);
    await expect(
      imaging.process({ source: { kind: 'memory', bytes }, accepted: ['png'], recipes: [] }),
    ).rejects.toMatchObject({ problem: { kind: 'overloaded' } });
  });
});

/** The niceness of each thread of a process: proc_pid_stat(5), the 19th field. */
function niceness(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

describe('a worker', () => {
  const imaging = startImaging();

  it('a worker gives way to the gateway with every thread that decodes', async () => {
    await imaging.process(await aJpeg());
    const pids = workers();
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) expect([...new Set(niceness(pid))]).toEqual([Math.min(getPriority() + 5, 19)]);
  });

  it('a worker that cannot be started is told of, and does not end the gateway', async () => {
    const program = fileURLToPath(new URL('start-without-descriptors.ts', import.meta.url));
    const { stdout } = await execute('sh', ['-c', 'ulimit -n 60; exec "$0" "$1"', process.execPath, program]);
    expect(stdout).toMatch(/^a picture worker cannot be started: Error: spawn .* EMFILE$/);
  });

  it('a worker gets nothing of the environment of the gateway', () => {
    const environments = workers().map((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1'));
    expect(environments.length).toBeGreaterThan(0);
    for (const environment of environments) {
      expect(environment).toContain('VIPS_BLOCK_UNTRUSTED=1');
      expect(environment).not.toContain('PATH=/');
    }
  });
});

describe('a pool', () => {
  it('a pool does not start when its first worker says that loaders cannot be blocked', async () => {
    const pool = createWorkerPool({
      startWorker: () => Promise.reject(new Error('a picture worker is unfit: loaders cannot be blocked')),
      width: 2,
      queue: 2,
      timeoutMs: 1000,
      memoryBytes: 1e9,
    });
    await expect(pool.start()).rejects.toThrow('cannot be blocked');
    await pool.stop(0);
  });
});
