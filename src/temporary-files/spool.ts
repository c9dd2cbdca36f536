import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import type { HeldBytes, Spool } from '../domain/index.ts';
import { createGrowingBuffer } from './growing-buffer.ts';
import { asStoreWork, asStoreWorkAt } from './store-error.ts';
import { createTemporaryFiles } from './temporary-files.ts';

/**
 * A spool. Bodies up to `memoryBytes` stay in memory, larger ones go to temporary files in `folder`. A
 * failure of the disk becomes a `StoreError`; a failure of the stream is thrown as it is.
 */
export function createSpool(options: { readonly folder: string; readonly memoryBytes: number }): Spool {
  const files = createTemporaryFiles(options.folder);
  return {
    async hold(stream, expectedBytes) {
      if (expectedBytes <= options.memoryBytes) return holdInMemory(stream, expectedBytes);
      await asStoreWork(() => mkdir(options.folder, { recursive: true, mode: 0o700 }));
      return holdInFile(stream, files.newPath('held'));
    },
  };
}

async function holdInMemory(
  stream: AsyncIterable<Uint8Array | string>,
  expectedBytes: number,
): Promise<HeldBytes> {
  const held = createGrowingBuffer(expectedBytes);
  for await (const chunk of stream) held.append(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return { source: { kind: 'memory', bytes: held.bytes() }, release: async () => {} };
}

async function holdInFile(stream: AsyncIterable<Uint8Array | string>, path: string): Promise<HeldBytes> {
  const release = () => rm(path, { force: true });
  const file = await asStoreWork(() => open(path, 'wx', 0o600));
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      await asStoreWorkAt(path, () => writeAll(file, bytes));
      size += bytes.byteLength;
    }
    await asStoreWorkAt(path, () => file.close());
  } catch (cause) {
    await file.close().catch(() => {});
    await release();
    throw cause;
  }
  return { source: { kind: 'file', path, size }, release };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}
