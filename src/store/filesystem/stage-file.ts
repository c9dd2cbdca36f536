import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { asStoreWork, asStoreWorkAt } from '../../temporary-files/store-error.ts';
import { untilAborted } from '../until-aborted.ts';
import { syncFile, unlinkIfThere, writeFully } from './file-operations.ts';

/**
 * Writes files under temporary names, so that only complete and durable ones ever get a name of the store.
 */
export interface Staging {
  /**
   * Writes the bytes to a new temporary file, makes them durable, and passes its path to `publish`. Always
   * removes the file afterwards. A failure of the source is thrown as it is, a failure of the disk as
   * `StoreError`.
   */
  with<T>(
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    publish: (path: string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/**
 * Writes into `folder`, which is in the same file system as the store. Names begin with this process's tag.
 */
export function createStaging(folder: string, processTag: string): Staging {
  let files = 0;

  return {
    async with(bytes, publish, signal) {
      files += 1;
      const path = join(folder, `${processTag}-${files.toString(36)}`);
      const file = await asStoreWork(async () => openSync(path, 'wx', 0o600));
      try {
        try {
          if (bytes instanceof Uint8Array) await asStoreWorkAt(path, () => writeFully(file, bytes));
          else await writePieces(path, file, bytes, signal);
          signal?.throwIfAborted();
          await asStoreWorkAt(path, () => syncFile(file));
        } finally {
          closeSync(file);
        }
        signal?.throwIfAborted();
        return await publish(path);
      } finally {
        unlinkIfThere(path);
      }
    },
  };
}

async function writePieces(
  path: string,
  file: number,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const piece of untilAborted(pieces, signal)) {
    await asStoreWorkAt(path, () => writeFully(file, piece));
  }
}
