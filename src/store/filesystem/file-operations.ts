import {
  closeSync,
  fdatasync as fdatasyncWithCallback,
  fsync as fsyncWithCallback,
  linkSync,
  openSync,
  unlinkSync,
  writeSync,
  write as writeWithCallback,
} from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from '../../temporary-files/error-code.ts';

/*
 * Calls that only touch names and small pages run on this thread: each takes less time than a trip to the
 * thread pool (measured: link 17 µs here, 43 µs there). Calls that wait for the disk go to the pool.
 */

const fdatasync = promisify(fdatasyncWithCallback);
const fsync = promisify(fsyncWithCallback);
const write = promisify(writeWithCallback);

/**
 * The largest write that only copies into the page cache, so that the pool is not worth the trip, in bytes.
 */
const INLINE_WRITE_BYTES = 64 * 1024;

/** Writes all bytes at the file's position. */
export async function writeFully(file: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const length = bytes.byteLength - done;
    done +=
      length <= INLINE_WRITE_BYTES
        ? writeSync(file, bytes, done, length)
        : (await write(file, bytes, done, length, null)).bytesWritten;
  }
}

/** Makes a file's content and size durable. */
export async function syncFile(file: number): Promise<void> {
  await fdatasync(file);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const file = openSync(folder, 'r');
  try {
    await fsync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a file one more name; `false` where the name is in use. */
export function linkIfFree(path: string, name: string): boolean {
  try {
    linkSync(path, name);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    throw cause;
  }
}

/** Removes one of a file's names, if it exists. */
export function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
  }
}

/**
 * Removes a file's only name, if it exists, and with it the file. That frees blocks and may have to wait for
 * the file system's journal (measured: 0.4 ms).
 */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
  }
}
