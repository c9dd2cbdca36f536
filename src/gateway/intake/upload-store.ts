import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProblemError, type Upload } from '../../domain/index.ts';
import type { TakeChunk } from './pump.ts';
import { createSpoolSink, type MemoryBudget, type SpoolSink } from './spool-sink.ts';

/** Where received files wait until their exchange is over. */
export interface UploadStore {
  /** Makes the folder and removes what a process that died left in it. */
  start(): Promise<void>;
  /** For one exchange; `expectedBytes`: how long its body was announced to be. */
  session(expectedBytes?: number): UploadSession;
}

/** The files of one exchange. */
export interface UploadSession {
  /**
   * Takes what `read` hands over, to its end: counts, hashes and spools in one pass. Throws `file-too-large` on the first byte
   * past `maxBytes`, and whatever `read` throws; what was taken until then is discarded.
   */
  take(
    read: (take: TakeChunk) => Promise<void>,
    facts: Pick<Upload, 'fieldName' | 'fileName' | 'declaredType'>,
    options: { readonly maxBytes: number },
  ): Promise<Upload>;
  /** Discards one file. */
  discard(upload: Upload): Promise<void>;
  /** Discards all of them, those still arriving too. Call it at the end of every exchange. */
  release(): Promise<void>;
}

/** Keeps uploads in `folder`, or in memory up to `memoryBytes` each and `budgetBytes` in all. */
export function createUploadStore(options: {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly budgetBytes: number;
}): UploadStore {
  const { folder, memoryBytes } = options;
  const budget: MemoryBudget = { freeBytes: options.budgetBytes };
  return {
    async start() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweep(folder);
    },
    session: (expectedBytes = 0) =>
      createSession(() => createSpoolSink({ folder, memoryBytes, budget, expectedBytes })),
  };
}

function createSession(createSink: () => SpoolSink): UploadSession {
  const sinks = new Set<SpoolSink>();
  const sinkOf = new WeakMap<Upload, SpoolSink>();

  async function discardSink(sink: SpoolSink): Promise<void> {
    // It stays ours until it is gone: whoever releases the session waits for discards that others began.
    await sink.discard();
    sinks.delete(sink);
  }

  return {
    async take(read, facts, { maxBytes }) {
      const sink = createSink();
      sinks.add(sink);
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        await read((chunk) => {
          bytes += chunk.length;
          if (bytes > maxBytes) throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes });
          hash.update(chunk);
          return sink.write(chunk);
        });
        const upload: Upload = { ...facts, bytes, sha256: hash.digest('hex'), source: await sink.finish() };
        sinkOf.set(upload, sink);
        return upload;
      } catch (cause) {
        await discardSink(sink);
        throw cause;
      }
    },
    async discard(upload) {
      const sink = sinkOf.get(upload);
      if (sink) await discardSink(sink);
    },
    async release() {
      await Promise.all([...sinks].map(discardSink));
    },
  };
}

/** Spool files begin with the id of their process; those of processes that are gone, or of an earlier life of this id, are nobody's. */
async function sweep(folder: string): Promise<void> {
  const owner = /^(\d+)-/;
  for (const name of await readdir(folder)) {
    const pid = Number(owner.exec(name)?.[1]);
    if (pid === process.pid || (pid > 0 && !isAlive(pid))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives and belongs to somebody else.
    return Error.isError(cause) && 'code' in cause && cause.code === 'EPERM';
  }
}
