import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Capture, createCapture } from '../../../src/migration/exchange/capture.ts';

describe('a capture', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-capture-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const tapped = (source: Readable, capture: Capture) =>
    source.on('data', (piece: Buffer) => capture.piece(piece));
  const stream = (pieces: number) =>
    Readable.from(Array.from({ length: pieces }, (_, at) => Buffer.alloc(1_000, at)));

  it('keeps small bodies in memory and large ones in a file, whole', async () => {
    for (const pieces of [1, 50]) {
      const capture = createCapture({ folder, memoryBytes: 10_000, maxBytes: 1_000_000 });
      const passed = await buffer(tapped(stream(pieces), capture));
      const held = await capture.take();
      if (typeof held === 'string') throw new Error(held);
      const copy = held.source.kind === 'memory' ? held.source.bytes : await readFile(held.source.path);
      expect(Buffer.compare(Buffer.from(copy), passed)).toBe(0);
      await held.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives up what is too large, and leaves the stream alone', async () => {
    const capture = createCapture({ folder, memoryBytes: 10_000, maxBytes: 20_000 });
    expect(await buffer(tapped(stream(50), capture))).toHaveLength(50_000);
    expect(await capture.take()).toBe('too large');
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives up when the disk fails, and leaves the stream alone', async () => {
    const capture = createCapture({
      folder: join(folder, 'missing'),
      memoryBytes: 1_000,
      maxBytes: 1_000_000,
    });
    expect(await buffer(tapped(stream(50), capture))).toHaveLength(50_000);
    expect(await capture.take()).toBe('disk');
  });
});
