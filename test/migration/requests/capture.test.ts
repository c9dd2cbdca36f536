import { randomUUID } from 'node:crypto';
import { WriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Capture, createCapture } from '../../../src/migration/requests/capture.ts';

describe('a capture', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-capture-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const newPath = () => join(folder, randomUUID());
  const mayUseDisk = async () => true;

  const tapped = (source: Readable, capture: Capture) =>
    source.on('data', (piece: Buffer) => capture.piece(piece));
  const stream = (pieces: number) =>
    Readable.from(Array.from({ length: pieces }, (_, at) => Buffer.alloc(1_000, at)));

  it('a capture keeps small bodies in memory and large ones in a file, whole', async () => {
    for (const pieces of [1, 50]) {
      const capture = createCapture({ newPath, memoryBytes: 10_000, maxBytes: 1_000_000, mayUseDisk });
      const passed = await buffer(tapped(stream(pieces), capture));
      const held = await capture.take();
      if (typeof held === 'string') throw new Error(held);
      const copy = held.source.kind === 'memory' ? held.source.bytes : await readFile(held.source.path);
      expect(Buffer.compare(Buffer.from(copy), passed)).toBe(0);
      await held.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('a capture gives up what is too large, and leaves the stream alone', async () => {
    const capture = createCapture({ newPath, memoryBytes: 10_000, maxBytes: 20_000, mayUseDisk });
    expect(await buffer(tapped(stream(50), capture))).toHaveLength(50_000);
    expect(await capture.take()).toBe('too large');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a capture gives up when the disk fails, and leaves the stream alone', async () => {
    const capture = createCapture({
      newPath: () => join(folder, 'missing', 'copy'),
      memoryBytes: 1_000,
      maxBytes: 1_000_000,
      mayUseDisk,
    });
    expect(await buffer(tapped(stream(50), capture))).toHaveLength(50_000);
    expect(await capture.take()).toBe('disk');
  });

  it('a capture keeps the long body of an anonymous caller on no disk, and leaves the stream alone', async () => {
    const capture = createCapture({
      newPath,
      memoryBytes: 10_000,
      maxBytes: 1_000_000,
      mayUseDisk: async () => false,
    });
    expect(await buffer(tapped(stream(50), capture))).toHaveLength(50_000);
    expect(await capture.take()).toBe('anonymous');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a capture waits in memory, within bounds, until it is known whose body it is', async () => {
    const known = Promise.withResolvers<boolean>();
    const options = { newPath, memoryBytes: 1_000, maxBytes: 100_000_000, mayUseDisk: () => known.promise };
    const [short, long] = [createCapture(options), createCapture(options)];
    for (let at = 0; at < 50; at += 1) short.piece(Buffer.alloc(1_000, at));
    for (let at = 0; at < 50; at += 1) long.piece(Buffer.alloc(1_000_000));
    expect(await readdir(folder)).toEqual([]);
    known.resolve(true);
    const held = await short.take();
    if (typeof held === 'string' || held.source.kind !== 'file') throw new Error('there is no file');
    expect(await readFile(held.source.path)).toHaveLength(50_000);
    await held.release();
    expect(await long.take()).toBe('anonymous');
    expect(await readdir(folder)).toEqual([]);
  });

  it('a capture gives the disk few large pieces where a body arrives byte by byte', async () => {
    const writes = jest.spyOn(WriteStream.prototype, 'write');
    const capture = createCapture({ newPath, memoryBytes: 0, maxBytes: 1_000_000, mayUseDisk });
    capture.piece(Buffer.of(0));
    await setImmediate();
    for (let at = 1; at < 100_000; at += 1) capture.piece(Buffer.of(at % 256));
    const held = await capture.take();
    if (typeof held === 'string' || held.source.kind !== 'file') throw new Error('there is no file');
    expect((await readFile(held.source.path)).every((byte, at) => byte === at % 256)).toBe(true);
    expect(writes.mock.calls.length).toBeLessThan(10);
    writes.mockRestore();
    await held.release();
  });
});
