import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { HeldBytes } from '../../domain/index.ts';
import { createGrowingBuffer } from '../../temporary-files/growing-buffer.ts';

/**
 * How many bytes may wait for the disk, or for permission to use it. Above that the capture is given up, so
 * that the client never waits for it.
 */
const MAX_LAG_BYTES = 8 * 1024 * 1024;
/** How many bytes are collected for one write to the disk. */
const WRITE_BYTES = 64 * 1024;

/** Keeps a copy of a stream, without ever delaying the stream. */
export interface Capture {
  /** The next piece of the stream. */
  piece(piece: Buffer): void;
  /** The copy, or why there is none; call it once the stream has ended. Never rejects. */
  take(): Promise<HeldBytes | CaptureFailure>;
  /** Gives the copy up. */
  drop(): Promise<void>;
}

/** Why there is no copy; `anonymous`: the copy is too long to keep for a caller who is not authenticated. */
export type CaptureFailure = 'too large' | 'disk' | 'anonymous';

/** A capture in memory up to `memoryBytes`, in a private file beyond that, up to `maxBytes`. */
export function createCapture(options: {
  /** Makes the path of the private file. */
  readonly newPath: () => string;
  readonly memoryBytes: number;
  readonly maxBytes: number;
  /**
   * Called once, when the copy grows too long for the memory. Bytes of anonymous callers stay off the disk.
   */
  readonly mayUseDisk: () => Promise<boolean>;
}): Capture {
  /** What came and is not given to the disk. */
  const waiting = createGrowingBuffer(Math.min(options.maxBytes, options.memoryBytes + MAX_LAG_BYTES));
  let size = 0;
  let file:
    | { readonly path: string; readonly stream: WriteStream; readonly ready: Promise<void> }
    | undefined;
  let failure: CaptureFailure | undefined;
  let asking: Promise<void> | undefined;

  const path = options.newPath();
  const release = () => rm(path, { force: true });

  function fail(reason: CaptureFailure): void {
    failure ??= reason;
    waiting.clear();
    file?.stream.destroy();
  }

  async function askForDisk(): Promise<void> {
    const may = await options.mayUseDisk();
    if (failure) return;
    if (may) spill();
    else fail('anonymous');
  }

  function spill(): void {
    const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    stream.on('error', () => fail('disk'));
    file = { path, stream, ready: finished(stream).catch(() => {}) };
    writeWaiting(stream);
  }

  function writeWaiting(stream: WriteStream): void {
    stream.write(waiting.bytes());
    waiting.clear();
  }

  function copy(piece: Buffer): void {
    if (failure) return;
    size += piece.byteLength;
    if (size > options.maxBytes) return fail('too large');
    waiting.append(piece);
    if (file) {
      if (file.stream.writableLength > MAX_LAG_BYTES) fail('disk');
      else if (waiting.length >= WRITE_BYTES) writeWaiting(file.stream);
      return;
    }
    if (size > options.memoryBytes) asking ??= askForDisk();
    if (size > options.memoryBytes + MAX_LAG_BYTES) fail('anonymous');
  }

  return {
    piece: copy,
    async take() {
      await asking;
      if (file) {
        if (!failure) file.stream.end(waiting.bytes());
        await file.ready;
      }
      if (failure) {
        await release();
        return failure;
      }
      return file
        ? { source: { kind: 'file', path, size }, release }
        : { source: { kind: 'memory', bytes: waiting.bytes() }, release: async () => {} };
    },
    async drop() {
      fail('disk');
      await asking;
      if (file) await file.ready;
      await release();
    },
  };
}
