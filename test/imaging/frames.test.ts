import { describe, expect, it } from '@jest/globals';
import { createFrameReader, encodeFrame, type Frame } from '../../src/imaging/frames.ts';

function read(pieces: readonly Uint8Array[], sizes: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  const reader = createFrameReader((frame) => frames.push(frame));
  const all = Buffer.concat(pieces);
  let at = 0;
  for (let turn = 0; at < all.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? all.length;
    reader(all.subarray(at, at + size));
    at += size;
  }
  return frames;
}

describe('frames', () => {
  const pieces = [
    ...encodeFrame({ name: 'José' }, Buffer.from('body')),
    ...encodeFrame([1, 2]),
    ...encodeFrame({ last: true }, Buffer.alloc(70_000, 7)),
  ];

  it.each([[[1]], [[7, 3]], [[64_000]], [[1_000_000]]])('arrive whole in pieces of %j bytes', (sizes) => {
    const frames = read(pieces, sizes);
    expect(frames.map(({ head }) => head)).toEqual([{ name: 'José' }, [1, 2], { last: true }]);
    expect(frames.map(({ body }) => body.length)).toEqual([4, 0, 70_000]);
    expect(frames[0]?.body.toString()).toBe('body');
  });

  it('are refused when a peer announces more than anybody would send', () => {
    expect(() => read([Buffer.from('ffffffffffffffff', 'hex')], [8])).toThrow('over the limit');
  });
});
