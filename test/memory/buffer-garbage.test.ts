import { describe, expect, it } from '@jest/globals';
import { createBufferGarbage } from '../../src/memory/buffer-garbage.ts';

const PIECE_BYTES = 64 * 1024;

describe('the garbage of streams', () => {
  it('is collected each time that so much has passed, and not sooner', () => {
    let collections = 0;
    const garbage = createBufferGarbage(() => {
      collections += 1;
    }, 1_000);
    for (let at = 0; at < 9; at += 1) garbage.passed(100);
    expect(collections).toBe(0);
    for (let at = 0; at < 21; at += 1) garbage.passed(100);
    expect(collections).toBe(3);
  });

  it('does not pile up although the engine hardly sees it', () => {
    const garbage = createBufferGarbage();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let at = 0; at < 4_096; at += 1) {
      garbage.passed(Buffer.allocUnsafeSlow(PIECE_BYTES).byteLength);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(40 * 1024 * 1024);
  });
});
