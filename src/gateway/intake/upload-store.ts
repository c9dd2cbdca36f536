import type { Readable } from 'node:stream';
import type { Upload } from '../../domain/index.ts';
import { createTemporaryFiles } from '../../temporary-files/temporary-files.ts';
import { createReceivedFile, type FileRoom, type ReceivedFile } from './receive-file.ts';

/** Where received files wait until their request is over. */
export interface UploadStore {
  /** Makes the folder and removes files of processes that died. Does so again every hour until `stop`. */
  start(): Promise<void>;
  stop(): void;
  /** Opens the session of one request. `expectedBytes`: the announced length of its body. */
  session(expectedBytes?: number): UploadSession;
}

/** The files of one request. */
export interface UploadSession {
  /**
   * Reads a stream to its end: counts, hashes and stores in one pass. Throws `file-too-large` on the first
   * byte past `maxBytes`, and the stream's own errors. Then the part that was received is discarded.
   */
  receive(
    stream: Readable,
    facts: Pick<Upload, 'fieldName' | 'fileName' | 'declaredType'>,
    maxBytes: number,
  ): Promise<Upload>;
  /** Discards one file. */
  discard(upload: Upload): Promise<void>;
  /** Discards all files, also those that are still arriving. Call it at the end of every request. */
  release(): Promise<void>;
}

/**
 * Keeps uploads in `folder`, or in memory up to `memoryBytes` each and `budgetBytes` in all. `onSweepFailure` is
 * called where stale files could not be swept. Uploads go on.
 */
export function createUploadStore(options: {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly budgetBytes: number;
  readonly onSweepFailure: (cause: unknown) => void;
}): UploadStore {
  const { folder, memoryBytes } = options;
  const files = createTemporaryFiles(folder);
  const room: FileRoom = {
    memoryBytes,
    budget: { freeBytes: options.budgetBytes },
    newPath: () => files.newPath('upload'),
  };
  let stopSweeping = () => {};
  return {
    async start() {
      await files.prepare();
      stopSweeping = files.keepSwept(options.onSweepFailure);
    },
    stop: () => stopSweeping(),
    session: (expectedBytes = 0) => createSession(room, expectedBytes),
  };
}

function createSession(room: FileRoom, expectedBytes: number): UploadSession {
  const files = new Set<ReceivedFile>();
  const fileOf = new WeakMap<Upload, ReceivedFile>();

  async function discardFile(file: ReceivedFile): Promise<void> {
    // The file stays in the session's list until it is gone, so that `release` waits for discards that began
    // elsewhere.
    await file.discard();
    files.delete(file);
  }

  return {
    async receive(stream, facts, maxBytes) {
      const file = createReceivedFile(room, maxBytes, expectedBytes);
      files.add(file);
      try {
        const upload: Upload = { ...facts, ...(await file.receive(stream)) };
        fileOf.set(upload, file);
        return upload;
      } catch (cause) {
        await discardFile(file);
        throw cause;
      }
    },
    async discard(upload) {
      const file = fileOf.get(upload);
      if (file) await discardFile(file);
    },
    async release() {
      await Promise.all([...files].map(discardFile));
    },
  };
}
