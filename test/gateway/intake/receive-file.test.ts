import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ByteSource, StoreError } from '../../../src/domain/index.ts';
import { createReceivedFile, type MemoryBudget } from '../../../src/gateway/intake/receive-file.ts';

const KIBIBYTE = 1024;

describe('createReceivedFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'receive-file-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  let names = 0;
  function aFile(
    options: { budget?: MemoryBudget; expectedBytes?: number; folder?: string; maxBytes?: number } = {},
  ) {
    const room = {
      memoryBytes: 64 * KIBIBYTE,
      budget: options.budget ?? { freeBytes: 10_000 * KIBIBYTE },
      newPath: () => join(options.folder ?? folder, `file-${(names += 1)}`),
    };
    return createReceivedFile(room, options.maxBytes ?? 100_000 * KIBIBYTE, options.expectedBytes ?? 0);
  }
  function streamOf(bytes: Buffer, step = 40 * KIBIBYTE): Readable {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += step) pieces.push(bytes.subarray(at, at + step));
    return Readable.from(pieces);
  }
  async function contentOf(source: ByteSource) {
    return source.kind === 'memory' ? Buffer.from(source.bytes) : await readFile(source.path);
  }

  it('createReceivedFile keeps a small file in memory', async () => {
    const file = aFile();
    const body = randomBytes(50 * KIBIBYTE);
    const { source } = await file.receive(streamOf(body));
    expect(source.kind).toBe('memory');
    expect((await contentOf(source)).equals(body)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
    await file.discard();
  });

  it('createReceivedFile writes a large file to a private temporary file and removes it', async () => {
    const file = aFile();
    const body = randomBytes(400 * KIBIBYTE);
    const { source } = await file.receive(streamOf(body));
    if (source.kind !== 'file') throw new Error('it should be a file');
    expect((await contentOf(source)).equals(body)).toBe(true);
    expect(source.size).toBe(body.length);
    expect((await stat(source.path)).mode & 0o777).toBe(0o600);
    await file.discard();
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('createReceivedFile gives the bytes and the digest of files of every size, however they are cut', async () => {
    const sizes = [0, 1, 50, 64, 65, 255, 256, 257, 511, 512, 513, 600, 3_000].map((size) => size * KIBIBYTE);
    for (const expectedBytes of [0, 5_000 * KIBIBYTE]) {
      for (const size of [...sizes, 256 * KIBIBYTE + 1]) {
        for (const step of [1 + Math.floor(size / 700), 64 * KIBIBYTE, 700 * KIBIBYTE]) {
          const file = aFile({ expectedBytes });
          const body = randomBytes(size);
          const { source, sha256, bytes } = await file.receive(streamOf(body, step));
          expect([sha256, bytes]).toEqual([hash('sha256', body, 'hex'), size]);
          expect((await contentOf(source)).equals(body)).toBe(true);
          await file.discard();
        }
      }
    }
  });

  it('createReceivedFile writes a small file to the disk where the memory of all files is spent, and gives its share back', async () => {
    const budget = { freeBytes: 40 * KIBIBYTE };
    const file = aFile({ budget });
    const body = randomBytes(60 * KIBIBYTE);
    const { source } = await file.receive(streamOf(body, 10 * KIBIBYTE));
    expect(source.kind).toBe('file');
    expect((await contentOf(source)).equals(body)).toBe(true);
    await file.discard();
    expect(budget.freeBytes).toBe(40 * KIBIBYTE);
  });

  it('createReceivedFile holds no more than the budget while a file is in memory', async () => {
    const budget = { freeBytes: 1_000 * KIBIBYTE };
    const file = aFile({ budget });
    await file.receive(streamOf(randomBytes(64 * KIBIBYTE), 1_000));
    expect(budget.freeBytes).toBe(936 * KIBIBYTE);
    await file.discard();
    expect(budget.freeBytes).toBe(1_000 * KIBIBYTE);
  });

  it('createReceivedFile fails with file-too-large on the first byte past the limit', async () => {
    const file = aFile({ maxBytes: 100 * KIBIBYTE });
    await expect(file.receive(streamOf(randomBytes(100 * KIBIBYTE + 1)))).rejects.toMatchObject({
      problem: { kind: 'file-too-large' },
    });
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('createReceivedFile leaves nothing behind where the stream fails while the first write is under way', async () => {
    const budget = { freeBytes: 1_000 * KIBIBYTE };
    const file = aFile({ budget, expectedBytes: 5_000 * KIBIBYTE });
    const stream = new Readable({ read() {} });
    stream.push(randomBytes(300 * KIBIBYTE));
    const received = file.receive(stream);
    setImmediate(() => stream.destroy(new Error('the sender left')));
    await expect(received).rejects.toThrow('the sender left');
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
    expect(budget.freeBytes).toBe(1_000 * KIBIBYTE);
  });

  it('createReceivedFile fails with a StoreError where the disk fails', async () => {
    const file = aFile({ folder: join(folder, 'nowhere') });
    await expect(file.receive(streamOf(randomBytes(2_000 * KIBIBYTE)))).rejects.toBeInstanceOf(StoreError);
    await file.discard();
  });
});
