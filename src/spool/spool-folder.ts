import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HeldBytes, Spool } from '../domain/index.ts';
import { newProcessTag } from '../leftovers/process-tag.ts';

/**
 * A spool in a folder, which other processes and the gateway's uploads may share: the names of its files say whose they are, so that what a
 * crash leaves is swept with the rest. Bodies up to `memoryBytes` stay in memory.
 */
export function createSpool(options: { readonly folder: string; readonly memoryBytes: number }): Spool {
  const prefix = join(options.folder, `${newProcessTag()}-held-`);
  return {
    hold: (stream, expectedBytes) =>
      expectedBytes <= options.memoryBytes ? holdInMemory(stream) : holdInFile(stream, prefix),
  };
}

async function holdInMemory(stream: AsyncIterable<Uint8Array | string>): Promise<HeldBytes> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
  return { source: { kind: 'memory', bytes: Buffer.concat(chunks) }, release: async () => {} };
}

async function holdInFile(stream: AsyncIterable<Uint8Array | string>, prefix: string): Promise<HeldBytes> {
  await mkdir(dirname(prefix), { recursive: true });
  const path = `${prefix}${randomUUID()}`;
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
