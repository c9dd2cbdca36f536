import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { pump } from '../../../src/gateway/intake/pump.ts';

const NEVER = new AbortController().signal;

/** A stream that has both chunks and its end before anybody reads it. */
function whole(...texts: string[]): Readable {
  const stream = new Readable({ read() {} });
  for (const text of texts) stream.push(text);
  stream.push(null);
  return stream;
}

describe('the pump of a body', () => {
  it('comes to its end only when the last chunk is taken', async () => {
    const told: string[] = [];
    await pump(
      whole('a', 'b'),
      async (chunk) => {
        for (let turn = 0; turn < 3; turn += 1) await new Promise((next) => setImmediate(next));
        told.push(`took ${chunk.toString()}`);
      },
      NEVER,
    );
    expect(told).toEqual(['took a', 'took b']);
  });

  it('fails where the last chunk cannot be taken after the end has come', async () => {
    const pumping = pump(
      whole('a'),
      async () => {
        await new Promise((next) => setImmediate(next));
        throw new Error('the disk is full');
      },
      NEVER,
    );
    await expect(pumping).rejects.toThrow('the disk is full');
  });

  it('gives up while the last chunk is still being taken', async () => {
    const failure = new AbortController();
    const pumping = pump(whole('a'), () => new Promise(() => {}), failure.signal);
    setImmediate(() => failure.abort(new Error('nobody wants it')));
    await expect(pumping).rejects.toThrow('nobody wants it');
  });

  it('fails where the stream closes before its end', async () => {
    const stream = new Readable({ read() {} });
    const pumping = pump(stream, () => undefined, NEVER);
    stream.destroy();
    await expect(pumping).rejects.toThrow('closed before its end');
  });
});
