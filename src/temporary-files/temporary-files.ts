import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newProcessTag } from './process-tag.ts';
import { sweepStaleFiles } from './sweep-stale-files.ts';

/** The purpose of a temporary file; part of its name. */
export type TemporaryFileOwner = 'upload' | 'held' | 'shadow' | 'rendition';

/** The temporary files of this process in one folder, which other processes may share. */
export interface TemporaryFiles {
  /** A path that is used only once. The caller that makes a file there removes it. */
  newPath(owner: TemporaryFileOwner): string;
  /** Makes the folder, and removes the files of ended processes from it. */
  prepare(): Promise<void>;
  /**
   * Sweeps once an hour until the result is called. `onFailure` gets the reason why the folder could not be
   * swept.
   */
  keepSwept(onFailure: (cause: unknown) => void): () => void;
}

/**
 * How often old files are removed, in milliseconds. It is unknown at the start whether a replaced container
 * has ended, so its files stay until they are old, which may be long after the start.
 */
const SWEEP_EVERY_MS = 3_600_000;

/** Temporary files in `folder`, which may not exist yet. */
export function createTemporaryFiles(folder: string): TemporaryFiles {
  const processTag = newProcessTag();
  return {
    newPath: (owner) => join(folder, `${processTag}-${owner}-${randomUUID()}`),
    async prepare() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweepStaleFiles(folder, Date.now());
    },
    keepSwept(onFailure) {
      const timer = setInterval(() => {
        sweepStaleFiles(folder, Date.now()).catch(onFailure);
      }, SWEEP_EVERY_MS).unref();
      return () => clearInterval(timer);
    },
  };
}
