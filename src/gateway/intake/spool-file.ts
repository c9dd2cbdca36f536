import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asStoreWork } from '../../failures/store-error.ts';

/** The spool file of one body. Every failure of the disk is a `StoreError`. */
export interface SpoolFile {
  /** Where it is, once something was written. */
  readonly path: string | undefined;
  /** Appends; one call at a time. */
  write(pieces: readonly Buffer[]): Promise<void>;
  close(): Promise<void>;
  /** Closes it if it is open, and removes it if it is there. */
  remove(): Promise<void>;
}

/** A file that only this user can read, made with its first bytes. The tag in its name tells whose it was after a crash. */
export function createSpoolFile(folder: string, processTag: string): SpoolFile {
  let path: string | undefined;
  let file: FileHandle | undefined;

  async function close(): Promise<void> {
    const handle = file;
    file = undefined;
    if (handle) await asStoreWork(() => handle.close());
  }

  return {
    get path() {
      return path;
    },
    async write(pieces) {
      await asStoreWork(async () => {
        path ??= join(folder, `${processTag}-${randomUUID()}`);
        file ??= await open(path, 'wx', 0o600);
        await writeAll(file, pieces);
      });
    },
    close,
    async remove() {
      try {
        await close();
      } finally {
        const made = path;
        if (made !== undefined) await asStoreWork(() => rm(made, { force: true }));
      }
    },
  };
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    rest = after(rest, bytesWritten);
  }
}

/** What is left of the chunks after their first bytes. */
function after(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
}
