import { hash as hashAtOnce } from 'node:crypto';
import type { ByteSource } from '../../domain/index.ts';
import { asStoreWork, storeErrorFrom } from '../../failures/store-error.ts';
import { createBlockFiller } from './block-filler.ts';
import { BLOCK_BYTES, type BlockPool, type FilledBlock } from './block-pool.ts';
import type { BodyHash, BodyHasher } from './body-hasher.ts';
import { createSpoolFile } from './spool-file.ts';

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
 * A sink. Bodies up to `memoryBytes` stay in memory; larger ones go to a spool file, in one write at their end, or block by block on their
 * way where they are too large for that or the budget of all sinks is spent; one block may wait while another is written. `expectedBytes`: what was announced; 0 where nobody knows.
 */
export function createSpoolSink(parts: SinkParts, expectedBytes: number): SpoolSink {
  const { folder, memoryBytes, budget, processTag, blocks, hasher } = parts;
  const filler = createBlockFiller(blocks);
  const file = createSpoolFile(folder, processTag);
  /** What is worth a write of its own, in bytes. */
  const pieceBytes = Math.min(BLOCK_BYTES, memoryBytes);
  /** Received, and not on the way to the disk yet. */
  let held: FilledBlock[] = [];
  let hash: BodyHash | undefined;
  let received = 0;
  let reserved = 0;
  /** Never rejects: a failure is kept for whoever comes next. */
  let writing: Promise<void> | undefined;
  let failure: { readonly cause: unknown } | undefined;
  let discarding: Promise<void> | undefined;

  function reserve(size: number): boolean {
    const comesTo = Math.max(received, expectedBytes);
    if (file.path !== undefined || comesTo > memoryBytes * HELD_BACK_TIMES || size > budget.freeBytes)
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
      throw storeErrorFrom(cause);
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
        failure = { cause };
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }
  async function writeHeld(): Promise<void> {
    const pieces = takeHeld();
    // A block is free for others when it was both written and hashed, or when neither will happen.
    const done = await Promise.allSettled([
      file.write(pieces.map(bytesIn)),
      asStoreWork(async () => hash?.caughtUp()),
    ]);
    giveBackBlocks(pieces);
    giveBackMemory();
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }
  /** What is less than a block is hashed here and now: a trip to the thread would take longer. */
  async function endHash(): Promise<string> {
    if (hash) {
      const whole = hash;
      holdRest();
      return await asStoreWork(() => whole.digest());
    }
    const rest = filler.takeRest();
    if (rest) held.push(rest);
    return hashAtOnce('sha256', rest ? bytesIn(rest) : Buffer.alloc(0), 'hex');
  }
  function requireSound(): void {
    if (failure) throw failure.cause;
  }
  async function finishFile(): Promise<ByteSource> {
    await startWriting();
    requireSound();
    await file.close();
    if (file.path === undefined) throw new Error('what was written has a path');
    return { kind: 'file', path: file.path, size: received };
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
    await file.remove();
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
      const staysInMemory = file.path === undefined && (received <= memoryBytes || known.has(sha256));
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
