import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { asStoreWork } from '../../failures/store-error.ts';
import { untilAborted } from '../until-aborted.ts';
import { syncFile, unlinkIfThere, writeFully } from './file-operations.ts';

/** Writes files under names that nobody looks for, so that only whole and durable ones ever get a name of the store. */
export interface Staging {
  /**
   * Writes the bytes to a new temporary file and makes them durable, hands its path to `publish`, and removes it again, whatever
   * happens. A failure of the source is thrown as it is, a failure of the disk as `StoreError`.
   */
  with<T>(
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    publish: (path: string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** In `folder`, which lies in the same file system as the store; names begin with this process's tag. */
export function createStaging(folder: string, processTag: string): Staging {
  let files = 0;

  return {
    async with(bytes, publish, signal) {
      files += 1;
      const path = join(folder, `${processTag}-${files.toString(36)}`);
      const file = await asStoreWork(async () => openSync(path, 'wx', 0o600));
      try {
        try {
          if (bytes instanceof Uint8Array) await asStoreWork(() => writeFully(file, bytes));
          else await writePieces(file, bytes, signal);
          signal?.throwIfAborted();
          await asStoreWork(() => syncFile(file));
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
  file: number,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const piece of untilAborted(pieces, signal)) {
    await asStoreWork(() => writeFully(file, piece));
  }
}
