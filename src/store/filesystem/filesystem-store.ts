import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { asStoreWork } from '../../failures/store-error.ts';
import { newProcessTag } from '../../leftovers/process-tag.ts';
import { sweepLeftovers } from '../../leftovers/sweep-leftovers.ts';
import type { Store } from '../store.ts';
import { createDurableFolders } from './durable-folders.ts';
import { syncFolder } from './file-operations.ts';
import { createFilesystemObjects } from './filesystem-objects.ts';
import { createFilesystemRecords } from './filesystem-records.ts';
import { createStaging } from './stage-file.ts';

/**
 * The embedded store: a folder of a local file system with hard links. Any number of processes on the machine may share it.
 * What is acknowledged has been synced, names included. `folder` is absolute; spool files in the same file system are linked
 * instead of copied.
 */
export function createFilesystemStore(options: { readonly folder: string }): Store {
  const folder = resolve(options.folder);
  const objects = join(folder, 'objects');
  const records = join(folder, 'records');
  const temporary = join(folder, 'temporary');
  const folders = createDurableFolders(folder);
  const staging = createStaging(temporary, newProcessTag());

  return {
    objects: createFilesystemObjects({ root: objects, folders, staging }),
    records: createFilesystemRecords({ root: records, folders, staging }),

    async start() {
      await asStoreWork(async () => {
        await makeRoot(folder);
        for (const part of [objects, records, temporary]) await folders.require(part);
        await sweepLeftovers(temporary, Date.now());
      });
    },

    async stop() {},
  };
}

/** Makes the folder and those above it, each durable in its parent. */
async function makeRoot(folder: string): Promise<void> {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}
