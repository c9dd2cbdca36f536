import { closeSync, openSync, writeSync } from 'node:fs';
import { StoreError } from '../../domain/index.ts';
import { asStoreWork } from '../../temporary-files/store-error.ts';
import { unlinkIfThere } from './file-operations.ts';

/** Room for some dozens of records, in bytes. */
const RESERVE_BYTES = 128 * 1024;

/**
 * Disk space that is kept for records. A deletion writes a record, so it would otherwise fail on a full disk.
 */
export interface Reserve {
  /** Reserves the space, unless it is reserved already or the disk has too little. */
  fill(): void;
  /** Does the work. Where the disk is full, frees the space and does it once more. */
  using<T>(work: () => Promise<T>): Promise<T>;
}

/** `path` is a file of the store's own. Other processes may fill it and free it as well. */
export function createReserve(path: string): Reserve {
  return {
    fill() {
      try {
        const file = openSync(path, 'wx', 0o600);
        try {
          writeSync(file, Buffer.alloc(RESERVE_BYTES));
        } finally {
          closeSync(file);
        }
      } catch {
        // The file exists already, or the disk has no room for it. Then there is no space to free.
      }
    },

    async using(work) {
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof StoreError) || cause.reason !== 'full') throw cause;
        await asStoreWork(async () => unlinkIfThere(path));
        return await work();
      }
    },
  };
}
