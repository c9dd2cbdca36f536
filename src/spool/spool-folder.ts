import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HeldBytes, Spool } from '../domain/index.ts';

/** A spool on a folder of its own. Bodies up to `memoryBytes` stay in memory. */
export function createSpool(options: { readonly folder: string; readonly memoryBytes: number }): Spool {
  return {
    hold: (stream, expectedBytes) =>
      expectedBytes <= options.memoryBytes ? holdInMemory(stream) : holdInFile(stream, options.folder),
  };
}

async function holdInMemory(stream: AsyncIterable<Uint8Array | string>): Promise<HeldBytes> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
  return { source: { kind: 'memory', bytes: Buffer.concat(chunks) }, release: async () => {} };
}

async function holdInFile(stream: AsyncIterable<Uint8Array | string>, folder: string): Promise<HeldBytes> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `held-${randomUUID()}`);
  const release = () => rm(path, { force: true });
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(Readable.from(stream), file);
  } catch (cause) {
    await release();
    throw cause;
  }
  return { source: { kind: 'file', path, size: file.bytesWritten }, release };
}
