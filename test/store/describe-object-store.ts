import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ByteRange, ObjectStore } from '../../src/domain/index.ts';
import {
  collected,
  forEachOf,
  LEGAL_CHARACTERS,
  LISTED_KEYS,
  type StoreUnderTest,
} from './store-under-test.ts';

const MIB = 1024 * 1024;

/** The promises of `ObjectStore`, held against a driver. Each test is one row of the README's table. */
export function describeObjectStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name}: bodies`, () => {
    let backend: StoreUnderTest;
    let objects: ObjectStore;
    let scratch: string;
    let tests = 0;
    /** A key that no other test uses. */
    const fresh = (rest: string) => `bodies/${String(tests).padStart(4, '0')}-${rest}`;

    beforeAll(async () => {
      backend = await make();
      objects = backend.store.objects;
      scratch = await mkdtemp(join(tmpdir(), 'polyface-store-'));
    });
    afterAll(async () => {
      await backend.close();
      await rm(scratch, { recursive: true });
    });
    const promise = (sentence: string, hold: () => Promise<void>, timeoutMs?: number) =>
      it(
        sentence,
        async () => {
          tests += 1;
          await hold();
        },
        timeoutMs,
      );

    promise('gives back the bytes that were put, from memory, from a file and from a stream', async () => {
      const bytes = randomBytes(300_000);
      const path = join(scratch, 'upload');
      await writeFile(path, bytes);
      await objects.put(fresh('memory'), { kind: 'memory', bytes });
      await objects.put(fresh('file'), { kind: 'file', path, size: bytes.byteLength });
      await objects.put(fresh('stream'), { kind: 'stream', stream: inPieces(bytes) });
      await rm(path);
      for (const source of ['memory', 'file', 'stream']) {
        expect(await digestOf(objects, fresh(source))).toBe(sha256(bytes));
      }
    });

    promise('keeps the body that came first when its key is put again', async () => {
      const first = Buffer.from('first');
      expect(await objects.put(fresh('a'), { kind: 'memory', bytes: first })).toBe('created');
      expect(await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('second') })).toBe('exists');
      const path = join(scratch, 'third');
      await writeFile(path, 'third');
      expect(await objects.put(fresh('a'), { kind: 'file', path, size: 5 })).toBe('exists');
      expect(await objects.put(fresh('a'), { kind: 'stream', stream: inPieces(Buffer.from('4')) })).toBe(
        'exists',
      );
      expect(await wholeBody(objects, fresh('a'))).toEqual(first);
    });

    promise('lets exactly one of 20 racers create a body, and keeps that one whole', async () => {
      const bodies = Array.from({ length: 20 }, (_, racer) => Buffer.alloc(70_000, racer + 1));
      const results = await Promise.all(
        bodies.map((bytes) => objects.put(fresh('race'), { kind: 'memory', bytes })),
      );
      expect(results.filter((result) => result === 'created')).toHaveLength(1);
      const winner = bodies[results.indexOf('created')] ?? Buffer.alloc(0);
      expect(await digestOf(objects, fresh('race'))).toBe(sha256(winner));
    });

    promise('shows a body to every gateway as soon as it is acknowledged, and its end as well', async () => {
      const other = (await backend.another()).objects;
      await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('seen') });
      expect(await wholeBody(other, fresh('a'))).toEqual(Buffer.from('seen'));
      await other.delete(fresh('a'));
      expect(await objects.get(fresh('a'))).toBeUndefined();
    });

    promise('answers nothing for a body that was never put', async () => {
      expect(await objects.get(fresh('a'))).toBeUndefined();
    });

    promise('reads any part of a body and says how large the whole is', async () => {
      const bytes = randomBytes(200_000);
      await objects.put(fresh('a'), { kind: 'memory', bytes });
      const ranges: ByteRange[] = [
        { first: 0, last: 0 },
        { first: 199_999, last: 199_999 },
        { first: 65_535, last: 131_073 },
        { first: 0, last: 199_999 },
      ];
      for (const range of ranges) {
        const open = await objects.get(fresh('a'), range);
        expect(open?.totalBytes).toBe(200_000);
        expect((await drained(open))?.equals(bytes.subarray(range.first, range.last + 1))).toBe(true);
      }
    });

    promise('keeps bodies of no bytes and of 49 MB', async () => {
      await objects.put(fresh('empty'), { kind: 'memory', bytes: new Uint8Array() });
      expect(await wholeBody(objects, fresh('empty'))).toEqual(Buffer.alloc(0));
      expect((await objects.get(fresh('empty')))?.totalBytes).toBe(0);

      const large = Buffer.alloc(49 * MIB, randomBytes(1021));
      const path = join(scratch, 'large');
      await writeFile(path, large);
      await objects.put(fresh('file'), { kind: 'file', path, size: large.byteLength });
      await objects.put(fresh('stream'), { kind: 'stream', stream: inPieces(large) });
      expect(await digestOf(objects, fresh('file'))).toBe(sha256(large));
      expect(await digestOf(objects, fresh('stream'))).toBe(sha256(large));
    });

    promise('takes keys with every legal character, up to 512 of them', async () => {
      const keys = [
        ...LEGAL_CHARACTERS.split('').map((character) => fresh(`x${character}x`)),
        fresh(`${LEGAL_CHARACTERS}0/${LEGAL_CHARACTERS}0`),
        fresh('').padEnd(512, 'k'),
        `${fresh('').padEnd(505, 'k')}/${'n'.repeat(6)}`,
        fresh('deep/deeper/deepest/and.more'),
      ];
      for (const key of keys) await objects.put(key, { kind: 'memory', bytes: Buffer.from(key) });
      for (const key of keys) expect(await wholeBody(objects, key)).toEqual(Buffer.from(key));
      expect(await keysOf(objects, fresh(''))).toEqual(keys.toSorted());
    });

    promise('refuses what is no key before it touches the backend', async () => {
      const illegal = [
        '',
        '/a',
        'a/',
        'a//b',
        '../a',
        'a/../b',
        'a/.',
        'a/.b',
        'a/b.',
        'a\\b',
        'a b',
        'ä',
        'a\0',
        'a%2e',
      ];
      const source = { kind: 'memory', bytes: Buffer.from('x') } as const;
      for (const key of [...illegal, 'k'.repeat(513)]) {
        await expect(objects.put(key, source)).rejects.toThrow(RangeError);
        await expect(objects.get(key)).rejects.toThrow(RangeError);
        await expect(objects.delete(key)).rejects.toThrow(RangeError);
      }
    });

    promise(
      `lists more than 5,000 keys in order, from any key on, each once`,
      async () => {
        const keys = Array.from({ length: LISTED_KEYS }, (_, index) => {
          const number = String((index * 7919) % LISTED_KEYS).padStart(4, '0');
          return fresh(`l${number.slice(0, 2)}${'-./_'[index % 4]}${number.slice(2)}`);
        });
        const outside = [fresh('k'), fresh('m')];
        await forEachOf([...keys, ...outside], 32, (key) =>
          objects.put(key, { kind: 'memory', bytes: Buffer.from('1') }),
        );
        const sorted = keys.toSorted();
        expect(await keysOf(objects, fresh('l'))).toEqual(sorted);
        expect(await keysOf(objects, fresh('l'), sorted[2_500])).toEqual(sorted.slice(2_501));
        expect(await keysOf(objects, fresh('l2'), fresh('l1'))).toEqual(
          sorted.filter((key) => key.startsWith(fresh('l2'))),
        );
        expect(await keysOf(objects, fresh('l'), fresh('m'))).toEqual([]);
      },
      300_000,
    );

    promise('lists size and time of each body', async () => {
      const beforeMs = Date.now();
      await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('12345') });
      const [facts] = await collected(objects.list(fresh('')));
      expect(facts).toMatchObject({ key: fresh('a'), bytes: 5 });
      expect(facts?.modifiedAtMs).toBeGreaterThanOrEqual(beforeMs - 5_000);
      expect(facts?.modifiedAtMs).toBeLessThanOrEqual(Date.now() + 5_000);
    });

    promise('leaves nothing of an upload that was called off', async () => {
      const abort = new AbortController();
      const stream = (async function* () {
        for (let piece = 0; ; piece += 1) {
          if (piece === 20) abort.abort();
          yield randomBytes(256 * 1024);
          await pause(0);
        }
      })();
      await expect(
        objects.put(fresh('a'), { kind: 'stream', stream }, { signal: abort.signal }),
      ).rejects.toBeDefined();
      const over = AbortSignal.abort();
      await expect(
        objects.put(fresh('b'), { kind: 'memory', bytes: randomBytes(9) }, { signal: over }),
      ).rejects.toBeDefined();
      expect(await keysOf(objects, fresh(''))).toEqual([]);
      expect(await objects.put(fresh('a'), { kind: 'memory', bytes: randomBytes(9) })).toBe('created');
    });

    promise('leaves nothing of an upload whose source failed, and says what failed', async () => {
      const broken = (async function* () {
        yield randomBytes(100_000);
        throw new Error('the line went dead');
      })();
      await expect(objects.put(fresh('a'), { kind: 'stream', stream: broken })).rejects.toThrow(
        'the line went dead',
      );
      await expect(
        objects.put(fresh('b'), { kind: 'file', path: join(scratch, 'missing'), size: 10 }),
      ).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await keysOf(objects, fresh(''))).toEqual([]);
    });

    promise('deletes as often as it is asked, and the key is free again', async () => {
      await objects.delete(fresh('a'));
      await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('1') });
      await objects.delete(fresh('a'));
      await objects.delete(fresh('a'));
      expect(await objects.get(fresh('a'))).toBeUndefined();
      expect(await keysOf(objects, fresh(''))).toEqual([]);
      expect(await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('2') })).toBe('created');
    });

    promise(
      'signs downloads that serve the body with its type and its file name, where it says it can',
      async () => {
        if (!objects.capabilities.signedDownloads) {
          expect('signedUrl' in objects).toBe(false);
          return;
        }
        await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('signed') });
        const url = await objects.signedUrl?.(fresh('a'), {
          ttlSeconds: 60,
          contentType: 'image/png',
          contentDisposition: 'attachment; filename="me.png"',
        });
        const answer = await fetch(String(url), { headers: { range: 'bytes=0-2' } });
        expect(answer.status).toBe(206);
        expect(answer.headers.get('content-type')).toBe('image/png');
        expect(answer.headers.get('content-disposition')).toBe('attachment; filename="me.png"');
        expect(await answer.text()).toBe('sig');
        const altered = await fetch(String(url).replace(fresh('a'), fresh('b')));
        expect(altered.status).toBe(403);
      },
    );
  });
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let first = 0; first < bytes.byteLength; first += 65_536) yield bytes.subarray(first, first + 65_536);
}

async function drained(open: Awaited<ReturnType<ObjectStore['get']>>): Promise<Buffer | undefined> {
  if (!open) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of open.stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function wholeBody(objects: ObjectStore, key: string): Promise<Buffer | undefined> {
  return await drained(await objects.get(key));
}

async function keysOf(objects: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const facts = await collected(objects.list(prefix, after === undefined ? {} : { after }));
  return facts.map(({ key }) => key);
}

async function digestOf(objects: ObjectStore, key: string): Promise<string> {
  return sha256((await wholeBody(objects, key)) ?? Buffer.alloc(0));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
