import { hash as hashAtOnce, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, StoreError } from '../../domain/index.ts';
import { errorCode } from '../../leftovers/error-code.ts';
import { createBlockFiller } from './block-filler.ts';
import { BLOCK_BYTES, type BlockPool, type FilledBlock } from './block-pool.ts';
import type { BodyHash, BodyHasher } from './body-hasher.ts';

/** Takes the bytes of one file: in memory while they are few, in a spool file from then on; and hashes them. */
export interface SpoolSink {
  /** One at a time; a promise asks the sender to wait. Throws a `StoreError` when the disk failed. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /**
   * Where the bytes are, once the last was written, and their SHA-256. Bytes that are `known` (the store has them) are left in memory if
   * they still are there: most likely nobody reads them again.
   */
  finish(known: ReadonlySet<string>): Promise<{ readonly source: ByteSource; readonly sha256: string }>;
  /** Frees the memory or removes the file; idempotent, at any moment. The source is not to be read any more. */
  discard(): Promise<void>;
}

/** How much memory all sinks together may hold. */
export interface MemoryBudget {
  freeBytes: number;
}

/** What all sinks of a gateway share. */
export interface SinkParts {
  readonly folder: string;
  /** Bodies up to this size stay in memory, in bytes. */
  readonly memoryBytes: number;
  readonly budget: MemoryBudget;
  /** `newProcessTag()`. */
  readonly processTag: string;
  readonly blocks: BlockPool;
  readonly hasher: BodyHasher;
}

/** A body is held back from the disk up to so many times `memoryBytes`: it may turn out to be one that the store has. */
const HELD_BACK_TIMES = 8;

/**
 * A sink. Bodies up to `memoryBytes` stay in memory; larger ones go to a file of their own that only this user can read, in one write at
 * their end, or block by block on their way where they are too large for that or the budget of all sinks is spent; one block may wait while
 * another is written. The tag in the file's name tells whose it was after a crash. `expectedBytes`: what was announced; 0 where nobody knows.
 */
export function createSpoolSink(parts: SinkParts, expectedBytes: number): SpoolSink {
  const { folder, memoryBytes, budget, processTag, blocks, hasher } = parts;
  const filler = createBlockFiller(blocks);
  /** What is worth a write of its own, in bytes. */
  const pieceBytes = Math.min(BLOCK_BYTES, memoryBytes);
  /** Received, and not on the way to the disk yet. */
  let held: FilledBlock[] = [];
  let hash: BodyHash | undefined;
  let received = 0;
  let reserved = 0;
  let path: string | undefined;
  let file: FileHandle | undefined;
  /** Never rejects: a failure is kept for whoever comes next. */
  let writing: Promise<void> | undefined;
  let failure: StoreError | undefined;
  let discarding: Promise<void> | undefined;

  function reserve(size: number): boolean {
    const comesTo = Math.max(received, expectedBytes);
    if (path !== undefined || comesTo > memoryBytes * HELD_BACK_TIMES || size > budget.freeBytes)
      return false;
    budget.freeBytes -= size;
    reserved += size;
    return true;
  }
  function giveBackMemory(): void {
    budget.freeBytes += reserved;
    reserved = 0;
  }
  function giveBackBlocks(pieces: readonly FilledBlock[]): void {
    for (const { block } of pieces) blocks.giveBack(block);
  }
  function takeHeld(): readonly FilledBlock[] {
    const all = held;
    held = [];
    return all;
  }
  function openHash(): BodyHash {
    try {
      return hasher.open();
    } catch (cause) {
      throw asStoreError(cause);
    }
  }
  function hold(piece: FilledBlock): void {
    held.push(piece);
    hash ??= openHash();
    hash.update(piece);
  }
  function holdRest(): void {
    const rest = filler.takeRest();
    if (rest) hold(rest);
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
    const pieces = takeHeld();
    // A block is free for others when it was both written and hashed, or when neither will happen.
    const done = await Promise.allSettled([writeOut(pieces), hash?.caughtUp()]);
    giveBackBlocks(pieces);
    giveBackMemory();
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }
  async function writeOut(pieces: readonly FilledBlock[]): Promise<void> {
    path ??= join(folder, `${processTag}-${randomUUID()}`);
    file ??= await open(path, 'wx', 0o600);
    await writeAll(file, pieces.map(bytesIn));
  }
  /** What is less than a block is hashed here and now: a trip to the thread would take longer. */
  async function endHash(): Promise<string> {
    if (hash) {
      holdRest();
      return await hash.digest().catch(throwAsStoreError);
    }
    const rest = filler.takeRest();
    if (rest) held.push(rest);
    return hashAtOnce('sha256', rest ? bytesIn(rest) : Buffer.alloc(0), 'hex');
  }
  async function close(): Promise<void> {
    const handle = file;
    file = undefined;
    await handle?.close();
  }
  function requireSound(): void {
    if (failure) throw failure;
  }
  async function finishFile(): Promise<ByteSource> {
    await startWriting();
    requireSound();
    await close().catch(throwAsStoreError);
    if (path === undefined) throw new Error('what was written has a path');
    return { kind: 'file', path, size: received };
  }
  /** Small bodies make room for others at once; large ones are put together only if somebody reads them after all. */
  function finishMemory(): ByteSource {
    if (received > memoryBytes) {
      return readLater(() => {
        if (discarding) throw new Error('an upload was read after its exchange');
        return Buffer.concat(held.map(bytesIn));
      });
    }
    const pieces = takeHeld();
    const bytes = Buffer.concat(pieces.map(bytesIn));
    giveBackBlocks(pieces);
    return { kind: 'memory', bytes };
  }
  async function throwAway(): Promise<void> {
    await writing;
    hash?.abandon();
    const rest = filler.takeRest();
    giveBackBlocks(takeHeld().concat(rest ?? []));
    giveBackMemory();
    try {
      await close();
    } finally {
      if (path !== undefined) await rm(path, { force: true });
    }
  }

  return {
    write(chunk) {
      if (discarding) return undefined;
      requireSound();
      received += chunk.length;
      const staysInMemory = reserve(chunk.length);
      filler.add(chunk, hold);
      if (staysInMemory) return undefined;
      if (filler.restBytes >= pieceBytes) holdRest();
      if (held.length === 0) return undefined;
      if (writing) return writing.then(requireSound);
      void startWriting();
      return undefined;
    },
    async finish(known) {
      await writing;
      requireSound();
      const sha256 = await endHash();
      if (discarding) throw new Error('an upload was thrown away before it was complete');
      const staysInMemory = path === undefined && (received <= memoryBytes || known.has(sha256));
      return { source: staysInMemory ? finishMemory() : await finishFile(), sha256 };
    },
    discard() {
      discarding ??= throwAway();
      return discarding;
    },
  };
}

function bytesIn({ block, length }: FilledBlock): Buffer {
  return block.bytes.subarray(0, length);
}

function readLater(read: () => Uint8Array): ByteSource {
  let bytes: Uint8Array | undefined;
  return {
    kind: 'memory',
    get bytes() {
      bytes ??= read();
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

function throwAsStoreError(cause: unknown): never {
  throw asStoreError(cause);
}

function asStoreError(cause: unknown): StoreError {
  const code = errorCode(cause);
  return new StoreError(code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unavailable', { cause });
}
