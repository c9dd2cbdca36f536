import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../../domain/index.ts';
import { errorCode } from '../../temporary-files/error-code.ts';
import { newProcessTag } from '../../temporary-files/process-tag.ts';
import { asStoreWork } from '../../temporary-files/store-error.ts';
import { sweepStaleFiles } from '../../temporary-files/sweep-stale-files.ts';
import type { Store } from '../store.ts';
import { createDurableFolders } from './durable-folders.ts';
import { syncFolder } from './file-operations.ts';
import { createFilesystemObjects } from './filesystem-objects.ts';
import { createFilesystemRecords } from './filesystem-records.ts';
import { makeFolders } from './make-folders.ts';
import { requireLinks } from './require-links.ts';
import { createReserve } from './reserve.ts';
import { createStaging } from './stage-file.ts';
import { walkForeignFiles } from './walk-keys.ts';

/**
 * The embedded store: a folder of a local file system with hard links. Any number of processes on the machine
 * may share it. Every acknowledged write has been synced, names included. `folder` is absolute. Spool files
 * in the same file system are linked instead of copied.
 */
export function createFilesystemStore(options: { readonly folder: string }): Store {
  const folder = resolve(options.folder);
  const objects = join(folder, 'objects');
  const records = join(folder, 'records');
  const temporary = join(folder, 'temporary');
  const folders = createDurableFolders(folder);
  const processTag = newProcessTag();
  const staging = createStaging(temporary, processTag);
  const reserve = createReserve(join(folder, 'reserve'));

  const recordStore = createFilesystemRecords({ root: records, folders, staging, reserve });

  return {
    objects: createFilesystemObjects({ root: objects, folders, staging, reserve }),
    records: recordStore,
    setAside: (key) => recordStore.setAside(key),

    async *foreignFiles() {
      yield* walkForeignFiles(objects, 'file');
      yield* walkForeignFiles(records, 'folder');
    },

    async start({ create }) {
      await asStoreWork(async () => {
        const missing = [objects, records].filter((part) => !isThere(part));
        // Where only one of the two exists, the other one is missing, and the store is not new.
        if (create && missing.length === 2) {
          await makeRoot(folder);
          for (const part of [objects, records]) await folders.require(part);
        } else if (missing.length > 0) {
          const cause = new Error(`there is no store here: ${missing.join(' and ')} not found`);
          throw new StoreError('unavailable', { cause });
        }
        await whereWritable(async () => {
          await folders.require(temporary);
          await sweepStaleFiles(temporary, Date.now());
        });
        await requireLinks(temporary, `${processTag}-links`);
        reserve.fill();
      });
    },

    async stop() {},
  };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Makes the folder and those above it, each durable in its parent. */
async function makeRoot(folder: string): Promise<void> {
  for (const made of makeFolders(folder)) await syncFolder(dirname(made));
}

/** Does the work unless the disk is full or read-only, because reads do not need it. */
async function whereWritable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = errorCode(cause);
    if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EROFS') throw cause;
  }
}
