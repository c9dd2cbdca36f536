import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { HeldBytes } from '../../domain/index.ts';

/** Bytes that may wait for the disk before the capture is given up, so that nobody ever waits for it. */
const MAX_LAG_BYTES = 8 * 1024 * 1024;

/** Keeps a copy of a stream that flows past, without ever holding it up. */
export interface Capture {
  /** The next piece of the stream. */
  piece(piece: Buffer): void;
  /** What was copied, or why there is no copy; call it once the stream has ended. Never rejects. */
  take(): Promise<HeldBytes | 'too large' | 'disk'>;
  /** Gives the copy up. */
  drop(): Promise<void>;
}

/** A capture in memory up to `memoryBytes`, in a private file beyond that, up to `maxBytes`. */
export function createCapture(options: {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly maxBytes: number;
}): Capture {
  let pieces: Buffer[] = [];
  let size = 0;
  let file:
    | { readonly path: string; readonly stream: WriteStream; readonly ready: Promise<void> }
    | undefined;
  let failure: 'too large' | 'disk' | undefined;

  const path = join(options.folder, `captured-${randomUUID()}`);
  const release = () => rm(path, { force: true });

  function fail(reason: 'too large' | 'disk'): void {
    failure ??= reason;
    pieces = [];
    file?.stream.destroy();
  }

  function spill(): void {
    const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    stream.on('error', () => fail('disk'));
    file = { path, stream, ready: finished(stream).catch(() => {}) };
    for (const piece of pieces) stream.write(piece);
    pieces = [];
  }

  function copy(piece: Buffer): void {
    if (failure) return;
    size += piece.byteLength;
    if (size > options.maxBytes) return fail('too large');
    if (!file && size > options.memoryBytes) spill();
    if (!file) pieces.push(piece);
    else if (file.stream.writableLength > MAX_LAG_BYTES) fail('disk');
    else file.stream.write(piece);
  }

  return {
    piece: copy,
    async take() {
      if (file) {
        if (!failure) file.stream.end();
        await file.ready;
      }
      if (failure) {
        await release();
        return failure;
      }
      return file
        ? { source: { kind: 'file', path, size }, release }
        : { source: { kind: 'memory', bytes: Buffer.concat(pieces) }, release: async () => {} };
    },
    async drop() {
      fail('disk');
      if (file) await file.ready;
      await release();
    },
  };
}

/** Makes sure that the folder of captures is there. */
export async function makeCaptureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}
