import { hash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createBlockFiller } from '../../../src/gateway/intake/block-filler.ts';
import { type BlockPool, createBlockPool, type FilledBlock } from '../../../src/gateway/intake/block-pool.ts';
import { type BodyHasher, createBodyHasher } from '../../../src/gateway/intake/body-hasher.ts';

const MEBIBYTE = 1024 * 1024;

function inBlocks(pool: BlockPool, bytes: Buffer): FilledBlock[] {
  const pieces: FilledBlock[] = [];
  const filler = createBlockFiller(pool);
  filler.add(bytes, (piece) => pieces.push(piece));
  return pieces.concat(filler.takeRest() ?? []);
}

describe('the thread that hashes bodies', () => {
  let hasher: BodyHasher;
  afterEach(() => hasher.stop());

  it('hashes bodies that come piece by piece, in turn with each other', async () => {
    hasher = createBodyHasher();
    const pool = createBlockPool();
    const bodies = [3, 5, 2].map((size) => randomBytes(size * MEBIBYTE + 17));
    const pieces = bodies.map((body) => inBlocks(pool, body));
    const hashes = bodies.map(() => hasher.open());
    for (let at = 0; at < 30; at += 1) {
      for (const [one, body] of pieces.entries()) {
        const piece = body[at];
        if (piece) hashes[one]?.update(piece);
      }
    }
    expect(await Promise.all(hashes.map((one) => one.digest()))).toEqual(
      bodies.map((body) => hash('sha256', body, 'hex')),
    );
  });

  it('lets blocks be used anew once it has caught up', async () => {
    hasher = createBodyHasher();
    const pool = createBlockPool();
    const body = randomBytes(4 * MEBIBYTE);
    const own = hasher.open();
    for (let at = 0; at < body.length; at += MEBIBYTE) {
      const pieces = inBlocks(pool, body.subarray(at, at + MEBIBYTE));
      for (const piece of pieces) own.update(piece);
      await own.caughtUp();
      for (const { block } of pieces) {
        block.bytes.fill(0);
        pool.giveBack(block);
      }
    }
    expect(await own.digest()).toBe(hash('sha256', body, 'hex'));
  });

  it('fails those who wait when the thread ends, and serves the next with another', async () => {
    hasher = createBodyHasher();
    const pool = createBlockPool();
    const body = randomBytes(MEBIBYTE);
    const lost = hasher.open();
    for (const piece of inBlocks(pool, body)) lost.update(piece);
    const waiting = lost.digest();
    const failed = expect(waiting).rejects.toThrow('the hashing thread has ended');
    await hasher.stop();
    await failed;
    await expect(lost.digest()).rejects.toThrow('the hashing thread has ended');
    const next = hasher.open();
    for (const piece of inBlocks(pool, body)) next.update(piece);
    expect(await next.digest()).toBe(hash('sha256', body, 'hex'));
  });

  it('forgets who gave up', async () => {
    hasher = createBodyHasher();
    const pool = createBlockPool();
    const given = hasher.open();
    for (const piece of inBlocks(pool, randomBytes(MEBIBYTE))) given.update(piece);
    given.abandon();
    given.abandon();
    const next = hasher.open();
    expect(await next.digest()).toBe(hash('sha256', Buffer.alloc(0), 'hex'));
  });
});
