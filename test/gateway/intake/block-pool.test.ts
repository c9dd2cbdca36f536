import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Block, type BlockPool, createBlockPool } from '../../../src/gateway/intake/block-pool.ts';
import { createBodyHasher } from '../../../src/gateway/intake/body-hasher.ts';
import { createSpoolSink } from '../../../src/gateway/intake/spool-sink.ts';

const MEBIBYTE = 1024 * 1024;

describe('the pool of blocks', () => {
  it('never has two owners for one block, and makes none while one is idle', () => {
    const pool = createBlockPool();
    const first = [pool.take(), pool.take(), pool.take()];
    expect(new Set(first).size).toBe(3);
    for (const block of first) pool.giveBack(block);
    const second = [pool.take(), pool.take(), pool.take()];
    expect(new Set([...first, ...second]).size).toBe(3);
    expect(first).not.toContain(pool.take());
  });

  it('has no more blocks after many crowds than the largest needed at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blocks-'));
    const pool = createBlockPool();
    const seen = new Set<Block>();
    const blocks: BlockPool = {
      ...pool,
      take() {
        const block = pool.take();
        seen.add(block);
        return block;
      },
    };
    const hasher = createBodyHasher();
    const budget = { freeBytes: 64 * MEBIBYTE };
    const parts = { folder, memoryBytes: MEBIBYTE, budget, processTag: 'test', blocks, hasher };
    const body = randomBytes(3 * MEBIBYTE);
    const known = new Set([hash('sha256', body, 'hex')]);
    try {
      for (let crowd = 0; crowd < 10; crowd += 1) {
        const sinks = Array.from({ length: 6 }, (_, at) =>
          createSpoolSink(parts, at % 2 === 0 ? 0 : 50 * MEBIBYTE),
        );
        for (let at = 0; at < body.length; at += 64 * 1024) {
          for (const sink of sinks) await sink.write(body.subarray(at, at + 64 * 1024));
        }
        await Promise.all(sinks.map((sink) => sink.finish(known)));
        await Promise.all(sinks.map((sink) => sink.discard()));
      }
      // Three are held whole, in twelve blocks each; of the others two blocks wait or are written while a third fills.
      expect(seen.size).toBeLessThanOrEqual(3 * 12 + 3 * 3);
    } finally {
      await hasher.stop();
      await rm(folder, { recursive: true });
    }
  });
});
