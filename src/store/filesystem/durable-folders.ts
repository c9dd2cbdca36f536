import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './error-reason.ts';
import { syncFolder } from './file-operations.ts';

/** Folders and their names, made to outlast a power cut. */
export interface DurableFolders {
  /**
   * Resolves when every name that stood in the folder at the time of the call is durable. Calls for one folder share their
   * syncs: whoever arrives while one runs waits for the next.
   */
  sync(folder: string): Promise<void>;
  /** The folder exists and its own name is durable, whichever process made it. Remembered: for folders that are few. */
  require(folder: string): Promise<void>;
  /** The same for a folder that is one of many, right below one that is durable; not remembered. */
  make(folder: string): Promise<void>;
}

/** Below `root`, which must exist and be durable. */
export function createDurableFolders(root: string): DurableFolders {
  const syncs = new Map<string, { readonly running: Promise<void>; next?: Promise<void> }>();
  const known = new Map<string, Promise<void>>();

  function sync(folder: string): Promise<void> {
    const current = syncs.get(folder);
    if (current) {
      current.next ??= current.running.then(
        () => startSync(folder),
        () => startSync(folder),
      );
      return current.next;
    }
    return startSync(folder);
  }

  function startSync(folder: string): Promise<void> {
    const running = syncFolder(folder);
    const entry: { readonly running: Promise<void>; next?: Promise<void> } = { running };
    syncs.set(folder, entry);
    const ended = () => {
      if (!entry.next) syncs.delete(folder);
    };
    running.then(ended, ended);
    return running;
  }

  async function make(folder: string): Promise<void> {
    try {
      mkdirSync(folder);
    } catch (cause) {
      if (errorCode(cause) !== 'EEXIST') throw cause;
    }
    await sync(dirname(folder));
  }

  function require(folder: string): Promise<void> {
    if (folder === root) return Promise.resolve();
    const found = known.get(folder);
    if (found) return found;
    const made = require(dirname(folder)).then(() => make(folder));
    known.set(folder, made);
    made.catch(() => known.delete(folder));
    return made;
  }

  return { sync, require, make };
}
