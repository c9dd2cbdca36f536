import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../failures/error-code.ts';
import { hasEnded, parseProcessTag } from './process-tag.ts';

/** A temporary file that was not written to for so long belongs to nobody. Uploads are bounded to minutes. */
const ABANDONED_AFTER_MS = 6 * 60 * 60 * 1000;

/**
 * Removes temporary files that a crash left in the folder: those of processes that have ended, and old ones. Gives their number.
 * Other gateways may be at work in the same folder, and files of other kinds may lie there.
 */
export async function sweepLeftovers(folder: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const tag = parseProcessTag(name);
    if (tag === undefined) continue;
    if (hasEnded(tag) || (await isAbandoned(path, nowMs))) {
      if (await removedIfThere(path)) removed += 1;
    }
  }
  return removed;
}

async function isAbandoned(path: string, nowMs: number): Promise<boolean> {
  try {
    return nowMs - (await lstat(path)).mtimeMs > ABANDONED_AFTER_MS;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function removedIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}
