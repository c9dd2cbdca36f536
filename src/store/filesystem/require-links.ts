import { closeSync, linkSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../domain/index.ts';
import { errorCode } from '../../temporary-files/error-code.ts';
import { syncFolder } from './file-operations.ts';

/**
 * Errors that say nothing about hard links: the disk is full, or takes no writes. Reads are served all the
 * same.
 */
const NOT_NOW = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

/**
 * Throws, with folder, call and errno, where the file system has no hard links or cannot make names durable.
 * No file in the folder may be called `name`.
 */
export async function requireLinks(folder: string, name: string): Promise<void> {
  const [file, second] = [join(folder, `${name}-a`), join(folder, `${name}-b`)];
  const made: string[] = [];
  try {
    closeSync(openSync(file, 'wx', 0o600));
    made.push(file);
    linkSync(file, second);
    made.push(second);
    await syncFolder(folder);
  } catch (cause) {
    if (NOT_NOW.has(errorCode(cause) ?? '')) return;
    const failure = Error.isError(cause) ? cause.message : String(cause);
    const reason = errorCode(cause) === 'EACCES' ? 'denied' : 'unavailable';
    throw new StoreError(reason, {
      cause: new Error(
        `${folder} cannot hold a store, which needs hard links and fsync of folders (${failure}): ` +
          'choose a folder of a local file system such as ext4 or XFS, or another kind of store',
        { cause },
      ),
    });
  } finally {
    for (const path of made) unlinkSync(path);
  }
}
