import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorCode } from '../../temporary-files/error-code.ts';
import { syncFolder } from './file-operations.ts';

/** Makes folders and their names survive a power cut. */
export interface DurableFolders {
  /**
   * Resolves when every name that was in the folder at the time of the call is durable. Calls for one folder
   * share their syncs: a call during a sync waits for the next one.
   */
  sync(folder: string): Promise<void>;
  /**
   * Makes sure that the folder exists and that its own name is durable, whichever process made it. The result
   * is remembered, so it suits a small number of folders.
   */
  require(folder: string): Promise<void>;
  /** Does the same for one of many folders, directly below a durable one; not remembered. */
  make(folder: string): Promise<void>;
}

/** Makes folders durable below `root`, which must exist and be durable itself. */
export function createDurableFolders(root: string): DurableFolders {
  /** The last requested sync of each folder. Calls share it until it has begun. */
  const syncs = new Map<string, { begun: boolean; done: Promise<void> }>();
  const known = new Map<string, Promise<void>>();

  function sync(folder: string): Promise<void> {
    const latest = syncs.get(folder);
    if (latest && !latest.begun) return latest.done;
    const next = { begun: false, done: Promise.resolve() };
    // Begins a turn later. The bodies of one upload end their own syncs together, and then share one sync of
    // their folder.
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
