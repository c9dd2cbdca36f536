import { mkdir } from 'node:fs/promises';
import { ProblemError, type Upload } from '../../domain/index.ts';
import { newProcessTag } from '../../leftovers/process-tag.ts';
import { sweepLeftovers } from '../../leftovers/sweep-leftovers.ts';
import { createBlockPool } from './block-pool.ts';
import { createBodyHasher } from './body-hasher.ts';
import type { TakeChunk } from './pump.ts';
import { createSpoolSink, type SinkParts, type SpoolSink } from './spool-sink.ts';

/** Where received files wait until their exchange is over. */
export interface UploadStore {
  /** Makes the folder and removes what a process that died left in it; looks again every hour until `stop`. */
  start(): Promise<void>;
  /** Call it when no exchange is under way any more. */
  stop(): Promise<void>;
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
    options: {
      readonly maxBytes: number;
      /** SHA-256 of what the store has already: such bytes are not written to a spool file where that can be helped. */
      readonly known?: ReadonlySet<string>;
    },
  ): Promise<Upload>;
  /** Discards one file. */
  discard(upload: Upload): Promise<void>;
  /** Discards all of them, those still arriving too. Call it at the end of every exchange. */
  release(): Promise<void>;
}

/**
 * Of a container that was replaced nobody can tell at once that it has ended: its files go when they are old, which may be long after the
 * start.
 */
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Keeps uploads in `folder`, or in memory up to `memoryBytes` each and `budgetBytes` in all. `onSweepFailure` is told why leftovers could
 * not be looked at; uploads go on.
 */
export function createUploadStore(options: {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly budgetBytes: number;
  readonly onSweepFailure: (cause: unknown) => void;
}): UploadStore {
  const { folder, memoryBytes } = options;
  const hasher = createBodyHasher();
  const sinkParts: SinkParts = {
    folder,
    memoryBytes,
    budget: { freeBytes: options.budgetBytes },
    processTag: newProcessTag(),
    blocks: createBlockPool(),
    hasher,
  };
  let sweeping: NodeJS.Timeout | undefined;
  return {
    async start() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweepLeftovers(folder, Date.now());
      sweeping = setInterval(() => {
        sweepLeftovers(folder, Date.now()).catch(options.onSweepFailure);
      }, SWEEP_EVERY_MS).unref();
    },
    async stop() {
      clearInterval(sweeping);
      await hasher.stop();
    },
    session: (expectedBytes = 0) => createSession(() => createSpoolSink(sinkParts, expectedBytes)),
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
    async take(read, facts, { maxBytes, known = new Set() }) {
      const sink = createSink();
      sinks.add(sink);
      let bytes = 0;
      try {
        await read((chunk) => {
          bytes += chunk.length;
          if (bytes > maxBytes) throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes });
          return sink.write(chunk);
        });
        const upload: Upload = { ...facts, bytes, ...(await sink.finish(known)) };
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
