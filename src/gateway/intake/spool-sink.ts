import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, StoreError } from '../../domain/index.ts';

/** Takes the bytes of one file: in memory while they are few, in a spool file from then on. */
export interface SpoolSink {
  /** One at a time; a promise asks the sender to wait. */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Where the bytes are, once the last was written. */
  finish(): Promise<ByteSource>;
  /** Frees the memory or removes the file; idempotent, at any moment. */
  discard(): Promise<void>;
}

/** How much memory all sinks together may hold. */
export interface MemoryBudget {
  freeBytes: number;
}

/**
 * A sink. Past `memoryBytes` (at once, where `expectedBytes` says that it will come to that), or when the budget of all sinks is
 * spent, it moves to a file of its own that only this user can read; the tag in its name tells whose it was after a crash.
 */
export function createSpoolSink(options: {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly budget: MemoryBudget;
  /** `newProcessTag()`. */
  readonly processTag: string;
  /** How many bytes were announced; absent where nobody knows. */
  readonly expectedBytes?: number;
}): SpoolSink {
  const { folder, memoryBytes, budget, processTag, expectedBytes = 0 } = options;
  let chunks: Buffer[] = [];
  let bytes = 0;
  let reserved = 0;
  let path: string | undefined;
  let file: Promise<FileHandle> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let discarded = false;

  function reserve(size: number): boolean {
    if (Math.max(bytes + size, expectedBytes) > memoryBytes || size > budget.freeBytes) return false;
    budget.freeBytes -= size;
    reserved += size;
    return true;
  }
  function giveBack(): void {
    budget.freeBytes += reserved;
    reserved = 0;
    chunks = [];
  }
  async function append(chunk: Buffer): Promise<void> {
    if (discarded) return;
    path ??= join(folder, `${processTag}-${randomUUID()}`);
    file ??= open(path, 'wx', 0o600);
    const handle = await file;
    await writeAll(handle, chunks);
    giveBack();
    await writeAll(handle, [chunk]);
  }
  async function close(): Promise<void> {
    const handle = await file?.catch(() => undefined);
    file = undefined;
    await handle?.close();
  }

  return {
    write(chunk) {
      if (discarded) return undefined;
      if (!path && reserve(chunk.length)) {
        // A chunk may be a view of a large network buffer: a copy keeps only its own bytes alive.
        chunks.push(Buffer.from(chunk));
        bytes += chunk.length;
        return undefined;
      }
      bytes += chunk.length;
      const written = append(chunk).catch(asStoreError);
      last = written.catch(() => undefined);
      return written;
    },
    async finish() {
      await last;
      if (path === undefined) return { kind: 'memory', bytes: Buffer.concat(chunks, bytes) };
      await close().catch(asStoreError);
      return { kind: 'file', path, size: bytes };
    },
    async discard() {
      discarded = true;
      await last;
      giveBack();
      await close();
      if (path !== undefined) await rm(path, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) {
    let offset = 0;
    while (offset < chunk.length) {
      const { bytesWritten } = await handle.write(chunk, offset);
      offset += bytesWritten;
    }
  }
}

function asStoreError(cause: unknown): never {
  const code = Error.isError(cause) && 'code' in cause ? cause.code : undefined;
  throw new StoreError(code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unavailable', { cause });
}
