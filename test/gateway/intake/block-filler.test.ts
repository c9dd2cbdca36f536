import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createBlockFiller } from '../../../src/gateway/intake/block-filler.ts';
import { BLOCK_BYTES, createBlockPool, type FilledBlock } from '../../../src/gateway/intake/block-pool.ts';

/** A filler that keeps what it gives out. */
function aFiller() {
  const filler = createBlockFiller(createBlockPool());
  let pieces: FilledBlock[] = [];
  return {
    filler,
    add: (chunk: Buffer) => filler.add(chunk, (full) => pieces.push(full)),
    takeAll() {
      const all = pieces.concat(filler.takeRest() ?? []);
      pieces = [];
      return all;
    },
  };
}

const joined = (pieces: readonly FilledBlock[]) =>
  Buffer.concat(pieces.map(({ block, length }) => block.bytes.subarray(0, length)));

describe('bytes in blocks', () => {
  it('come back as they went in, whatever the sizes of the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 12 }), (sizes) => {
        const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
        const { filler, add, takeAll } = aFiller();
        for (const chunk of chunks) add(chunk);
        const whole = Buffer.concat(chunks);
        expect(filler.restBytes).toBe(whole.length % BLOCK_BYTES);
        expect(joined(takeAll()).equals(whole)).toBe(true);
        expect(filler.restBytes).toBe(0);
      }),
    );
  });

  it('go on after everything was taken', () => {
    const { add, takeAll } = aFiller();
    add(Buffer.from('one'));
    takeAll();
    add(Buffer.from('two'));
    expect(joined(takeAll()).toString()).toBe('two');
  });

  it('are kept together when they come one by one, not in a block each', () => {
    const { add, takeAll } = aFiller();
    for (let at = 0; at < 200_000; at += 1) add(Buffer.of(at % 251));
    expect(takeAll().length).toBeLessThan(5);
  });

  it('keep no network buffer alive', () => {
    const network = Buffer.allocUnsafeSlow(65_536);
    const { add, takeAll } = aFiller();
    add(network.subarray(0, 20_000));
    expect(takeAll()[0]?.block.bytes.buffer).not.toBe(network.buffer);
  });
});
