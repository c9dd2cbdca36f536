import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreError } from '../../../src/domain/index.ts';
import { createSpoolSink, type MemoryBudget } from '../../../src/gateway/intake/spool-sink.ts';

const KIBIBYTE = 1024;

describe('the spool of an upload', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-sink-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const sinkWith = (options: { budget?: MemoryBudget; expectedBytes?: number; folder?: string } = {}) =>
    createSpoolSink({
      folder: options.folder ?? folder,
      memoryBytes: 64 * KIBIBYTE,
      budget: options.budget ?? { freeBytes: 10_000 * KIBIBYTE },
      processTag: 'test',
      ...(options.expectedBytes !== undefined && { expectedBytes: options.expectedBytes }),
    });
  async function pour(sink: ReturnType<typeof sinkWith>, bytes: Buffer, step = 40 * KIBIBYTE): Promise<void> {
    for (let at = 0; at < bytes.length; at += step) await sink.write(bytes.subarray(at, at + step));
  }
  async function contentOf(source: Awaited<ReturnType<ReturnType<typeof sinkWith>['finish']>>) {
    return source.kind === 'memory' ? Buffer.from(source.bytes) : await readFile(source.path);
  }

  it('keeps a small body in memory', async () => {
    const sink = sinkWith();
    const body = randomBytes(50 * KIBIBYTE);
    await pour(sink, body);
    const source = await sink.finish(false);
    expect(source.kind).toBe('memory');
    expect((await contentOf(source)).equals(body)).toBe(true);
    await sink.discard();
  });

  it('writes a body that is new to a private file, whole', async () => {
    const sink = sinkWith();
    const body = randomBytes(400 * KIBIBYTE);
    await pour(sink, body);
    const source = await sink.finish(false);
    if (source.kind !== 'file') throw new Error('it should be a file');
    expect((await contentOf(source)).equals(body)).toBe(true);
    expect(source.size).toBe(body.length);
    expect((await stat(source.path)).mode & 0o777).toBe(0o600);
    await sink.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes nothing for a body that the store has', async () => {
    const sink = sinkWith();
    const body = randomBytes(400 * KIBIBYTE);
    await pour(sink, body);
    const source = await sink.finish(true);
    expect(source.kind).toBe('memory');
    expect(await readdir(folder)).toEqual([]);
    // Whoever took hold of it may still read it when the exchange is over.
    await sink.discard();
    expect((await contentOf(source)).equals(body)).toBe(true);
  });

  it('goes to the disk on the way where it will be too large to be held', async () => {
    const sink = sinkWith({ expectedBytes: 5_000 * KIBIBYTE });
    const body = randomBytes(5_000 * KIBIBYTE);
    await pour(sink, body.subarray(0, 1_000 * KIBIBYTE));
    expect(await readdir(folder)).toHaveLength(1);
    await pour(sink, body.subarray(1_000 * KIBIBYTE));
    expect((await contentOf(await sink.finish(true))).equals(body)).toBe(true);
    await sink.discard();
  });

  it('goes to the disk where the memory of all uploads is spent, and gives its share back', async () => {
    const budget = { freeBytes: 100 * KIBIBYTE };
    const sink = sinkWith({ budget });
    const body = randomBytes(450 * KIBIBYTE);
    await pour(sink, body);
    expect((await contentOf(await sink.finish(false))).equals(body)).toBe(true);
    expect(budget.freeBytes).toBe(100 * KIBIBYTE);
    await sink.discard();
    expect(budget.freeBytes).toBe(100 * KIBIBYTE);
  });

  it('gives memory back when a body is thrown away half-way', async () => {
    const budget = { freeBytes: 1_000 * KIBIBYTE };
    const sink = sinkWith({ budget });
    await pour(sink, randomBytes(300 * KIBIBYTE));
    await sink.discard();
    await sink.discard();
    expect(budget.freeBytes).toBe(1_000 * KIBIBYTE);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the disk failed, at the end or before, and never keeps quiet', async () => {
    const sink = sinkWith({ folder: join(folder, 'nowhere'), expectedBytes: 5_000 * KIBIBYTE });
    const poured = (async () => {
      await pour(sink, randomBytes(2_000 * KIBIBYTE));
      await sink.finish(false);
    })();
    await expect(poured).rejects.toBeInstanceOf(StoreError);
    await sink.discard();
  });
});
