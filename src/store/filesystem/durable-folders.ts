import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode } from '../../failures/error-code.ts';
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
  /** The last sync that was asked for of each folder, which whoever comes before it has begun shares. */
  const syncs = new Map<string, { begun: boolean; done: Promise<void> }>();
  const known = new Map<string, Promise<void>>();

  function sync(folder: string): Promise<void> {
    const latest = syncs.get(folder);
    if (latest && !latest.begun) return latest.done;
    const next = { begun: false, done: Promise.resolve() };
    // A turn later, so that the bodies of one upload, whose own syncs end together, need one sync of their folder.
    next.done = startSync(folder, next, latest ? latest.done.catch(() => undefined) : nextTurn());
    syncs.set(folder, next);
    return next.done;
  }

  async function startSync(folder: string, own: { begun: boolean }, turn: Promise<unknown>): Promise<void> {
    await turn;
    own.begun = true;
    try {
      await syncFolder(folder);
    } finally {
      if (syncs.get(folder) === own) syncs.delete(folder);
    }
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
