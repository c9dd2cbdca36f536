import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ByteSource, StoreError } from '../../../src/domain/index.ts';
import {
  BLOCK_BYTES,
  type Block,
  type BlockPool,
  createBlockPool,
} from '../../../src/gateway/intake/block-pool.ts';
import { type BodyHasher, createBodyHasher } from '../../../src/gateway/intake/body-hasher.ts';
import { createSpoolSink, type MemoryBudget } from '../../../src/gateway/intake/spool-sink.ts';

const KIBIBYTE = 1024;

describe('the spool of an upload', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-sink-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const hasher = createBodyHasher();
  afterAll(() => hasher.stop());
  const NOTHING: ReadonlySet<string> = new Set();

  const sinkWith = (
    options: {
      budget?: MemoryBudget;
      expectedBytes?: number;
      folder?: string;
      blocks?: BlockPool;
      hasher?: BodyHasher;
    } = {},
  ) =>
    createSpoolSink(
      {
        folder: options.folder ?? folder,
        memoryBytes: 64 * KIBIBYTE,
        budget: options.budget ?? { freeBytes: 10_000 * KIBIBYTE },
        processTag: 'test',
        blocks: options.blocks ?? createBlockPool(),
        hasher: options.hasher ?? hasher,
      },
      options.expectedBytes ?? 0,
    );
  async function pour(sink: ReturnType<typeof sinkWith>, bytes: Buffer, step = 40 * KIBIBYTE): Promise<void> {
    for (let at = 0; at < bytes.length; at += step) await sink.write(bytes.subarray(at, at + step));
  }
  const digestOf = (bytes: Buffer) => hash('sha256', bytes, 'hex');
  async function contentOf(source: ByteSource) {
    return source.kind === 'memory' ? Buffer.from(source.bytes) : await readFile(source.path);
  }

  it('keeps a small body in memory', async () => {
    const sink = sinkWith();
    const body = randomBytes(50 * KIBIBYTE);
    await pour(sink, body);
    const { source } = await sink.finish(NOTHING);
    expect(source.kind).toBe('memory');
    expect((await contentOf(source)).equals(body)).toBe(true);
    await sink.discard();
  });

  it('writes a body that is new to a private file, whole', async () => {
    const sink = sinkWith();
    const body = randomBytes(400 * KIBIBYTE);
    await pour(sink, body);
    const { source } = await sink.finish(NOTHING);
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
    const { source } = await sink.finish(new Set([digestOf(body)]));
    expect(source.kind).toBe('memory');
    expect(await readdir(folder)).toEqual([]);
    expect((await contentOf(source)).equals(body)).toBe(true);
    await sink.discard();
    // Whoever took hold of it may still read it when the exchange is over.
    expect((await contentOf(source)).equals(body)).toBe(true);
  });

  it('refuses to show a body whose memory others may have by now', async () => {
    const sink = sinkWith();
    const body = randomBytes(400 * KIBIBYTE);
    await pour(sink, body);
    const { source } = await sink.finish(new Set([digestOf(body)]));
    await sink.discard();
    expect(() => source.kind === 'memory' && source.bytes).toThrow('after its exchange');
  });

  it('knows the digest of every body, whatever its size and wherever it went', async () => {
    const sizes = [0, 1, 50, 64, 65, 255, 256, 257, 511, 512, 513, 600, 3_000].map((size) => size * KIBIBYTE);
    for (const expectedBytes of [0, 5_000 * KIBIBYTE]) {
      for (const size of [...sizes, BLOCK_BYTES + 1]) {
        const sink = sinkWith({ expectedBytes });
        const body = randomBytes(size);
        await pour(sink, body, 64 * KIBIBYTE);
        const { source, sha256 } = await sink.finish(NOTHING);
        expect(sha256).toBe(digestOf(body));
        expect((await contentOf(source)).equals(body)).toBe(true);
        await sink.discard();
      }
    }
  });

  it('keeps bodies apart that arrive at the same time in the same blocks', async () => {
    const blocks = createBlockPool();
    for (let round = 0; round < 3; round += 1) {
      const bodies = Array.from({ length: 6 }, (_, at) => randomBytes((at * 190 + 30) * KIBIBYTE));
      const sinks = bodies.map((_, at) => sinkWith({ blocks, expectedBytes: at % 2 ? 5_000 * KIBIBYTE : 0 }));
      for (let at = 0; at < 1_000 * KIBIBYTE; at += 64 * KIBIBYTE) {
        for (const [one, body] of bodies.entries()) {
          await sinks[one]?.write(body.subarray(at, at + 64 * KIBIBYTE));
        }
      }
      const finished = await Promise.all(sinks.map((sink) => sink.finish(NOTHING)));
      for (const [at, { source, sha256 }] of finished.entries()) {
        expect(sha256).toBe(digestOf(bodies[at] ?? Buffer.alloc(0)));
        expect((await contentOf(source)).equals(bodies[at] ?? Buffer.alloc(0))).toBe(true);
      }
      await Promise.all(sinks.map((sink) => sink.discard()));
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to the disk on the way where it will be too large to be held', async () => {
    const sink = sinkWith({ expectedBytes: 5_000 * KIBIBYTE });
    const body = randomBytes(5_000 * KIBIBYTE);
    await pour(sink, body.subarray(0, 1_000 * KIBIBYTE));
    expect(await readdir(folder)).toHaveLength(1);
    await pour(sink, body.subarray(1_000 * KIBIBYTE));
    expect((await contentOf((await sink.finish(NOTHING)).source)).equals(body)).toBe(true);
    await sink.discard();
  });

  it('goes to the disk where the memory of all uploads is spent, and gives its share back', async () => {
    const budget = { freeBytes: 100 * KIBIBYTE };
    const sink = sinkWith({ budget });
    const body = randomBytes(450 * KIBIBYTE);
    await pour(sink, body);
    expect((await contentOf((await sink.finish(NOTHING)).source)).equals(body)).toBe(true);
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
      await sink.finish(NOTHING);
    })();
    await expect(poured).rejects.toMatchObject({ name: 'StoreError', reason: 'unavailable' });
    await sink.discard();
  });

  it('gives a block back once, also where no thread can be started', async () => {
    const pool = createBlockPool();
    const given: Block[] = [];
    const blocks: BlockPool = { ...pool, giveBack: (block) => void given.push(block) };
    const noThreads: BodyHasher = {
      ...hasher,
      open() {
        throw Object.assign(new Error('no more threads'), { code: 'ERR_WORKER_INIT_FAILED' });
      },
    };
    const sink = sinkWith({ blocks, hasher: noThreads });
    await expect(pour(sink, randomBytes(300 * KIBIBYTE))).rejects.toBeInstanceOf(StoreError);
    await sink.discard();
    expect(given).toHaveLength(1);
  });

  it('blames the machine, not the body, where the thread ends under it', async () => {
    const own = createBodyHasher();
    const sink = sinkWith({ hasher: own });
    await pour(sink, randomBytes(400 * KIBIBYTE));
    await own.stop();
    await expect(sink.finish(NOTHING)).rejects.toBeInstanceOf(StoreError);
    await sink.discard();
    expect(await readdir(folder)).toEqual([]);
  });
});
