import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createHeldChunks } from '../../../src/gateway/intake/held-chunks.ts';

describe('bytes held in memory', () => {
  it('come back as they went in, whatever the sizes of the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 12 }), (sizes) => {
        const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
        const held = createHeldChunks();
        for (const chunk of chunks) held.add(chunk);
        const whole = Buffer.concat(chunks);
        expect(held.byteLength).toBe(whole.length);
        expect(Buffer.concat([...held.takeAll()]).equals(whole)).toBe(true);
        expect(held.byteLength).toBe(0);
      }),
    );
  });

  it('goes on after everything was taken', () => {
    const held = createHeldChunks();
    held.add(Buffer.from('one'));
    held.takeAll();
    held.add(Buffer.from('two'));
    expect(Buffer.concat([...held.takeAll()]).toString()).toBe('two');
  });

  it('keeps single bytes together, not in a buffer each', () => {
    const held = createHeldChunks();
    for (let at = 0; at < 200_000; at += 1) held.add(Buffer.of(at % 251));
    expect(held.takeAll().length).toBeLessThan(5);
  });

  it('keeps no network buffer alive for a sliver of it', () => {
    const network = Buffer.allocUnsafeSlow(65_536);
    const held = createHeldChunks();
    held.add(network.subarray(0, 20_000));
    expect(held.takeAll()[0]?.buffer).not.toBe(network.buffer);
  });
});
