import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, StoreError } from '../../domain/index.ts';
import { errorCode } from '../../leftovers/error-code.ts';
import { createHeldChunks } from './held-chunks.ts';

/** Takes the bytes of one file: in memory while they are few, in a spool file from then on. */
export interface SpoolSink {
  /** One at a time; a promise asks the sender to wait. Throws a `StoreError` when the disk failed. */
  write(chunk: Buffer): Promise<void> | undefined;
  /**
   * Where the bytes are, once the last was written. Bytes that are `known` (the store has them) are left in memory if they still
   * are there: most likely nobody reads them again.
   */
  finish(known: boolean): Promise<ByteSource>;
  /** Frees the memory or removes the file; idempotent, at any moment. */
  discard(): Promise<void>;
}

/** How much memory all sinks together may hold. */
export interface MemoryBudget {
  freeBytes: number;
}

/** The most that waits for a write of its own, in bytes; as much again may be on its way to the disk. */
const WRITE_BYTES = 256 * 1024;

/** A body is held back from the disk up to so many times `memoryBytes`: it may turn out to be one that the store has. */
const HELD_BACK_TIMES = 8;

/**
 * A sink. Bodies up to `memoryBytes` stay in memory; larger ones go to a file of their own that only this user can read, in one write at
 * their end, or on their way where they are too large for that or the budget of all sinks is spent. The tag in the file's name tells
 * whose it was after a crash.
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
  const held = createHeldChunks();
  const writeBytes = Math.min(WRITE_BYTES, memoryBytes);
  let received = 0;
  let reserved = 0;
  let path: string | undefined;
  let file: FileHandle | undefined;
  /** Never rejects: a failure is kept for whoever comes next. */
  let writing: Promise<void> | undefined;
  let failure: StoreError | undefined;
  let discarded = false;

  function reserve(size: number): boolean {
    const comesTo = Math.max(received, expectedBytes);
    if (path !== undefined || comesTo > memoryBytes * HELD_BACK_TIMES || size > budget.freeBytes)
      return false;
    budget.freeBytes -= size;
    reserved += size;
    return true;
  }
  function giveBack(): void {
    budget.freeBytes += reserved;
    reserved = 0;
  }
  function startWriting(): Promise<void> {
    writing = writeHeld()
      .catch((cause: unknown) => {
        failure = asStoreError(cause);
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }
  async function writeHeld(): Promise<void> {
    path ??= join(folder, `${processTag}-${randomUUID()}`);
    file ??= await open(path, 'wx', 0o600);
    await writeAll(file, held.takeAll());
    giveBack();
  }
  async function close(): Promise<void> {
    const handle = file;
    file = undefined;
    await handle?.close();
  }
  function requireSound(): void {
    if (failure) throw failure;
  }

  return {
    write(chunk) {
      if (discarded) return undefined;
      requireSound();
      received += chunk.length;
      const staysInMemory = reserve(chunk.length);
      held.add(chunk);
      if (staysInMemory || held.byteLength < writeBytes) return undefined;
      if (writing) return writing.then(requireSound);
      void startWriting();
      return undefined;
    },
    async finish(known) {
      await writing;
      requireSound();
      if (path === undefined && (known || received <= memoryBytes)) return joined(held.takeAll());
      await startWriting();
      requireSound();
      await close().catch((cause: unknown) => {
        throw asStoreError(cause);
      });
      if (path === undefined) throw new Error('what was written has a path');
      return { kind: 'file', path, size: received };
    },
    async discard() {
      discarded = true;
      await writing;
      held.takeAll();
      giveBack();
      await close();
      if (path !== undefined) await rm(path, { force: true });
    },
  };
}

/** In one piece when somebody reads them; valid for as long as somebody holds them, also when the sink was discarded. */
function joined(chunks: readonly Buffer[]): ByteSource {
  let bytes: Uint8Array | undefined;
  return {
    kind: 'memory',
    get bytes() {
      bytes ??= chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      return bytes;
    },
  };
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    rest = after(rest, bytesWritten);
  }
}

/** What is left of the chunks after their first bytes. */
function after(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
}

function asStoreError(cause: unknown): StoreError {
  const code = errorCode(cause);
  return new StoreError(code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unavailable', { cause });
}
