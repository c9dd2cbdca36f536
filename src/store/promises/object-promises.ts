import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ByteRange, ObjectStore } from '../../domain/index.ts';
import {
  collect,
  forEachOf,
  LEGAL_CHARACTERS,
  LISTED_KEYS,
  type PromiseBench,
  type StorePromise,
  storePromise,
} from './store-promise.ts';

const MIB = 1024 * 1024;

const promise = (sentence: string, prove: (bench: PromiseBench) => Promise<void>) =>
  storePromise('bodies', sentence, prove);

/** The promises of `ObjectStore`. */
export const OBJECT_PROMISES: readonly StorePromise[] = [
  promise(
    'gives back the bytes that were put, from memory, from a file and from a stream',
    async ({ objects, fresh, scratch }) => {
      const bytes = randomBytes(300_000);
      const path = join(scratch, 'upload');
      await writeFile(path, bytes);
      await objects.put(fresh('memory'), { kind: 'memory', bytes });
      await objects.put(fresh('file'), { kind: 'file', path, size: bytes.byteLength });
      await objects.put(fresh('stream'), { kind: 'stream', stream: inPieces(bytes) });
      await rm(path);
      for (const source of ['memory', 'file', 'stream']) {
        equal(await digestOf(objects, fresh(source)), sha256(bytes));
      }
    },
  ),

  promise('keeps the body that came first when its key is put again', async ({ objects, fresh, scratch }) => {
    const first = Buffer.from('first');
    equal(await objects.put(fresh('a'), { kind: 'memory', bytes: first }), 'created');
    equal(await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('second') }), 'exists');
    const path = join(scratch, 'third');
    await writeFile(path, 'third');
    equal(await objects.put(fresh('a'), { kind: 'file', path, size: 5 }), 'exists');
    equal(await objects.put(fresh('a'), { kind: 'stream', stream: inPieces(Buffer.from('4')) }), 'exists');
    deepEqual(await wholeBody(objects, fresh('a')), first);
  }),

  promise(
    'lets exactly one of 20 racers create a body, and keeps that one whole',
    async ({ objects, fresh }) => {
      const bodies = Array.from({ length: 20 }, (_, racer) => Buffer.alloc(70_000, racer + 1));
      const results = await Promise.all(
        bodies.map((bytes) => objects.put(fresh('race'), { kind: 'memory', bytes })),
      );
      equal(results.filter((result) => result === 'created').length, 1);
      const winner = bodies[results.indexOf('created')] ?? Buffer.alloc(0);
      equal(await digestOf(objects, fresh('race')), sha256(winner));
    },
  ),

  promise(
    'shows a body to every gateway as soon as it is acknowledged, and its end as well',
    async ({ objects, fresh, another }) => {
      const other = (await another()).objects;
      await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('seen') });
      deepEqual(await wholeBody(other, fresh('a')), Buffer.from('seen'));
      await other.delete(fresh('a'));
      equal(await objects.get(fresh('a')), undefined);
    },
  ),

  promise('answers nothing for a body that was never put', async ({ objects, fresh }) => {
    equal(await objects.get(fresh('a')), undefined);
  }),

  promise('reads any part of a body and says how large the whole is', async ({ objects, fresh }) => {
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
      equal(open?.totalBytes, 200_000);
      equal((await readToEnd(open))?.equals(bytes.subarray(range.first, range.last + 1)), true);
    }
  }),

  promise('keeps bodies of no bytes and of 49 MB', async ({ objects, fresh, scratch }) => {
    await objects.put(fresh('empty'), { kind: 'memory', bytes: new Uint8Array() });
    deepEqual(await wholeBody(objects, fresh('empty')), Buffer.alloc(0));
    equal((await objects.get(fresh('empty')))?.totalBytes, 0);

    const large = Buffer.alloc(49 * MIB, randomBytes(1021));
    const path = join(scratch, 'large');
    await writeFile(path, large);
    await objects.put(fresh('file'), { kind: 'file', path, size: large.byteLength });
    await objects.put(fresh('stream'), { kind: 'stream', stream: inPieces(large) });
    equal(await digestOf(objects, fresh('file')), sha256(large));
    equal(await digestOf(objects, fresh('stream')), sha256(large));
  }),

  promise('takes keys with every legal character, up to 512 of them', async ({ objects, fresh }) => {
    const keys = [
      ...LEGAL_CHARACTERS.split('').map((character) => fresh(`x${character}x`)),
      fresh(`${LEGAL_CHARACTERS}0/${LEGAL_CHARACTERS}0`),
      fresh('').padEnd(512, 'k'),
      `${fresh('').padEnd(505, 'k')}/${'n'.repeat(6)}`,
      fresh('deep/deeper/deepest/and.more'),
    ];
    for (const key of keys) await objects.put(key, { kind: 'memory', bytes: Buffer.from(key) });
    for (const key of keys) deepEqual(await wholeBody(objects, key), Buffer.from(key));
    deepEqual(await keysOf(objects, fresh('')), keys.toSorted());
  }),

  promise('refuses what is no key before it touches the backend', async ({ objects }) => {
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
      await rejects(objects.put(key, source), RangeError);
      await rejects(objects.get(key), RangeError);
      await rejects(objects.delete(key), RangeError);
    }
  }),

  promise(`lists more than 5,000 keys in order, from any key on, each once`, async ({ objects, fresh }) => {
    const keys = Array.from({ length: LISTED_KEYS }, (_, index) => {
      const number = String((index * 7919) % LISTED_KEYS).padStart(4, '0');
      return fresh(`l${number.slice(0, 2)}${'-./_'[index % 4]}${number.slice(2)}`);
    });
    const outside = [fresh('k'), fresh('m')];
    await forEachOf([...keys, ...outside], 32, (key) =>
      objects.put(key, { kind: 'memory', bytes: Buffer.from('1') }),
    );
    const sorted = keys.toSorted();
    deepEqual(await keysOf(objects, fresh('l')), sorted);
    deepEqual(await keysOf(objects, fresh('l'), sorted[2_500]), sorted.slice(2_501));
    deepEqual(
      await keysOf(objects, fresh('l2'), fresh('l1')),
      sorted.filter((key) => key.startsWith(fresh('l2'))),
    );
    deepEqual(await keysOf(objects, fresh('l'), fresh('m')), []);
  }),

  promise('lists size and time of each body', async ({ objects, fresh }) => {
    const beforeMs = Date.now();
    await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('12345') });
    const [facts] = await collect(objects.list(fresh('')));
    equal(facts?.key, fresh('a'));
    equal(facts.bytes, 5);
    ok(facts.modifiedAtMs >= beforeMs - 5_000);
    ok(facts.modifiedAtMs <= Date.now() + 5_000);
  }),

  promise('leaves nothing of an upload that was called off', async ({ objects, fresh }) => {
    const abort = new AbortController();
    const stream = (async function* () {
      for (let piece = 0; ; piece += 1) {
        if (piece === 20) abort.abort();
        yield randomBytes(256 * 1024);
        await pause(0);
      }
    })();
    await rejects(objects.put(fresh('a'), { kind: 'stream', stream }, { signal: abort.signal }));
    const over = AbortSignal.abort();
    await rejects(objects.put(fresh('b'), { kind: 'memory', bytes: randomBytes(9) }, { signal: over }));
    deepEqual(await keysOf(objects, fresh('')), []);
    equal(await objects.put(fresh('a'), { kind: 'memory', bytes: randomBytes(9) }), 'created');
  }),

  promise(
    'leaves nothing of an upload whose source failed, and says what failed',
    async ({ objects, fresh, scratch }) => {
      const broken = (async function* () {
        yield randomBytes(100_000);
        throw new Error('the line went dead');
      })();
      await rejects(objects.put(fresh('a'), { kind: 'stream', stream: broken }), /the line went dead/);
      await rejects(objects.put(fresh('b'), { kind: 'file', path: join(scratch, 'missing'), size: 10 }), {
        code: 'ENOENT',
      });
      deepEqual(await keysOf(objects, fresh('')), []);
    },
  ),

  promise('deletes as often as it is asked, and the key is free again', async ({ objects, fresh }) => {
    await objects.delete(fresh('a'));
    await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('1') });
    await objects.delete(fresh('a'));
    await objects.delete(fresh('a'));
    equal(await objects.get(fresh('a')), undefined);
    deepEqual(await keysOf(objects, fresh('')), []);
    equal(await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('2') }), 'created');
  }),

  promise(
    'signs downloads that serve the body with its type and its file name, where it says it can',
    async ({ objects, fresh }) => {
      if (!objects.capabilities.signedDownloads) {
        equal('signedUrl' in objects, false);
        return;
      }
      await objects.put(fresh('a'), { kind: 'memory', bytes: Buffer.from('signed') });
      const url = await objects.signedUrl?.(fresh('a'), {
        ttlSeconds: 60,
        contentType: 'image/png',
        contentDisposition: 'attachment; filename="me.png"',
      });
      const answer = await fetch(String(url), { headers: { range: 'bytes=0-2' } });
      equal(answer.status, 206);
      equal(answer.headers.get('content-type'), 'image/png');
      equal(answer.headers.get('content-disposition'), 'attachment; filename="me.png"');
      equal(await answer.text(), 'sig');
      const altered = await fetch(String(url).replace(fresh('a'), fresh('b')));
      equal(altered.status, 403);
    },
  ),
];

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let first = 0; first < bytes.byteLength; first += 65_536) yield bytes.subarray(first, first + 65_536);
}

async function readToEnd(open: Awaited<ReturnType<ObjectStore['get']>>): Promise<Buffer | undefined> {
  if (!open) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of open.stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function wholeBody(objects: ObjectStore, key: string): Promise<Buffer | undefined> {
  return await readToEnd(await objects.get(key));
}

async function keysOf(objects: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const facts = await collect(objects.list(prefix, after === undefined ? {} : { after }));
  return facts.map(({ key }) => key);
}

async function digestOf(objects: ObjectStore, key: string): Promise<string> {
  return sha256((await wholeBody(objects, key)) ?? Buffer.alloc(0));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
