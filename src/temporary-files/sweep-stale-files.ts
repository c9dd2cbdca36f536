import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import { hasEnded, parseProcessTag } from './process-tag.ts';

/** A temporary file is stale after this many milliseconds without a write. An upload takes minutes at most. */
const STALE_AFTER_MS = 6 * 60 * 60 * 1000;

/**
 * Removes temporary files that a crash left in the folder: those of processes that have ended, and old ones.
 * Gives their number. Other gateways may use the same folder, and other files may be there.
 */
export async function sweepStaleFiles(folder: string, nowMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const tag = parseProcessTag(name);
    if (tag === undefined) continue;
    if (hasEnded(tag) || (await isOld(path, nowMs))) {
      if (await removeIfThere(path)) removed += 1;
    }
  }
  return removed;
}

async function isOld(path: string, nowMs: number): Promise<boolean> {
  try {
    return nowMs - (await lstat(path)).mtimeMs > STALE_AFTER_MS;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}
