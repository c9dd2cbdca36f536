import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteSource, ProblemError } from '../../domain/index.ts';
import { asStoreWork, asStoreWorkAt } from '../../temporary-files/store-error.ts';

/** How much memory all files together may hold. */
export interface MemoryBudget {
  freeBytes: number;
}

/** Where the bytes of a file may go. */
export interface FileRoom {
  /** Files up to this size stay in memory, in bytes, as long as the budget allows. */
  readonly memoryBytes: number;
  readonly budget: MemoryBudget;
  /** A path for a temporary file, which is private to this process. */
  newPath(): string;
}

/** A file that is received, or being received. */
export interface ReceivedFile {
  /**
   * Reads the stream to its end. Throws `file-too-large`, the stream's own error, or `StoreError` where the disk
   * fails.
   */
  receive(
    stream: Readable,
  ): Promise<{ readonly bytes: number; readonly sha256: string; readonly source: ByteSource }>;
  /**
   * Frees the memory or removes the file. Idempotent, and allowed at any moment. The source must not be read
   * afterwards.
   */
  discard(): Promise<void>;
}

/** How many bytes are collected for one write to a file that does not stay in memory. */
const WRITE_BYTES = 256 * 1024;
const FIRST_BYTES = 16 * 1024;

/**
 * Receives one file: counts it, hashes it, and keeps it in memory while it is small, or else in a temporary
 * file. `expectedBytes`: the announced size, 0 where it is unknown. Chunks are copied, because one byte of a
 * body may arrive as a chunk that keeps 64 KiB of memory in use.
 */
export function createReceivedFile(room: FileRoom, maxBytes: number, expectedBytes: number): ReceivedFile {
  const hash = createHash('sha256');
  let buffer = Buffer.allocUnsafeSlow(0);
  let filled = 0;
  let bytes = 0;
  let file: { readonly path: string; readonly handle: FileHandle } | undefined;
  let toDisk = expectedBytes > room.memoryBytes;
  let reserved = 0;
  let reading: Promise<void> | undefined;
  const abandoned = new AbortController();

  function reserve(size: number): boolean {
    if (toDisk || size > room.memoryBytes || size - reserved > room.budget.freeBytes) return false;
    room.budget.freeBytes -= size - reserved;
    reserved = size;
    return true;
  }
  function release(): void {
    room.budget.freeBytes += reserved;
    reserved = 0;
  }
  /**
   * Makes room in memory for one more chunk. `false` where there is none, so that the bytes have to go to the
   * disk.
   */
  function grow(size: number): boolean {
    if (size <= buffer.length) return true;
    if (!reserve(Math.max(size, Math.min(Math.max(2 * size, FIRST_BYTES), room.memoryBytes)))) return false;
    const larger = Buffer.allocUnsafeSlow(reserved);
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
    return true;
  }
  async function flush(): Promise<void> {
    toDisk = true;
    if (!file) {
      const path = room.newPath();
      file = { path, handle: await asStoreWork(() => open(path, 'wx', 0o600)) };
    }
    const { path, handle } = file;
    const written = buffer.subarray(0, filled);
    filled = 0;
    await asStoreWorkAt(path, () => writeAll(handle, written));
    release();
    if (buffer.length !== WRITE_BYTES) buffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
  }
  async function writeChunk(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      if (filled === buffer.length || !toDisk) await flush();
      const copied = chunk.copy(buffer, filled, at);
      filled += copied;
      at += copied;
    }
  }
  async function readAll(stream: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new ProblemError({ kind: 'file-too-large', limitBytes: maxBytes });
      hash.update(chunk);
      if (toDisk ? filled + chunk.length <= buffer.length : grow(filled + chunk.length)) {
        filled += chunk.copy(buffer, filled);
      } else {
        await writeChunk(chunk);
      }
    }
    if (!toDisk) return;
    await flush();
    await asStoreWork(async () => file?.handle.close());
  }
  function read(stream: AsyncIterable<Buffer>): Promise<void> {
    reading = readAll(stream);
    return reading;
  }
  async function remove(): Promise<void> {
    abandoned.abort();
    // A file that is being created can be removed only once it exists.
    await reading?.catch(() => {});
    release();
    if (!file) return;
    const { path, handle } = file;
    await asStoreWork(async () => {
      await handle.close();
      await rm(path, { force: true });
    });
  }
  let discarding: Promise<void> | undefined;

  return {
    async receive(stream) {
      await pipeline(stream, read, { signal: abandoned.signal });
      const source: ByteSource = file
        ? { kind: 'file', path: file.path, size: bytes }
        : { kind: 'memory', bytes: buffer.subarray(0, filled) };
      return { bytes, sha256: hash.digest('hex'), source };
    },
    discard() {
      discarding ??= remove();
      return discarding;
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
