import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createS3Store } from '../../../src/store/s3/s3-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { type MiniStack, miniStackSettings, startMiniStack } from '../../support/ministack.ts';
import { type Relay, relayTo } from '../relay.ts';

const BODY = { kind: 'memory', bytes: Buffer.from('x') } as const;
const CONFLICT = '<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>';
const DENIED = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';

let engine: MiniStack;
beforeAll(async () => {
  engine = await startMiniStack('pictures');
});
afterAll(() => engine.stop());

async function expectEachToFail({ objects, records, start }: Store, reason: string): Promise<void> {
  const operations = {
    start: () => start({ create: true }),
    put: () => objects.put('bodies/a', BODY),
    get: () => objects.get('bodies/a'),
    delete: () => objects.delete('bodies/a'),
    listBodies: async () => {
      for await (const { key } of objects.list('')) return key;
      return undefined;
    },
    read: () => records.read('subjects/a'),
    swap: () => records.swap('subjects/a', undefined, 1),
    replace: () => records.swap('subjects/a', '"0x1"', 1),
    remove: () => records.remove('subjects/a', '"0x1"'),
  };
  for (const [name, run] of Object.entries(operations)) {
    const failure = await run().then(
      () => 'nothing',
      (cause: unknown) => cause,
    );
    expect([name, failure]).toEqual([name, expect.objectContaining({ name: 'StoreError', reason })]);
  }
}

describe('an S3 backend that cannot serve', () => {
  it('an S3 backend that cannot serve is unavailable in every operation where the bucket is missing', async () => {
    await expectEachToFail(createS3Store(miniStackSettings(engine, 'never-made')), 'unavailable');
  });

  it.each([
    ['denied where it answers 403', 403, 'denied'],
    ['full where it answers 507', 507, 'full'],
    ['unavailable within the time limit where it never answers', undefined, 'unavailable'],
  ])('an S3 backend that cannot serve is %s, in every operation', async (_, status, reason) => {
    const server = createServer((request, answer) => {
      request.resume();
      if (status !== undefined) answer.writeHead(status).end(DENIED);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const settings = miniStackSettings({ endpoint: `http://127.0.0.1:${port}` }, 'pictures', {
      timeoutSeconds: status === undefined ? 0.5 : 20,
    });
    const store = createS3Store(settings);
    await expectEachToFail(store, reason);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await expectEachToFail(store, 'unavailable');
    await store.stop();
  });
});

describe('an answer of S3 that is lost or undecided', () => {
  let relay: Relay;
  let store: Store;
  beforeAll(async () => {
    relay = await relayTo(engine.port);
    store = createS3Store(miniStackSettings({ endpoint: `http://127.0.0.1:${relay.port}` }, 'pictures'));
    await store.start({ create: true });
  });
  afterAll(async () => {
    await store.stop();
    await relay.close();
  });

  it('an answer of S3 that is lost or undecided does not make a swap a conflict that took effect', async () => {
    relay.loseNextAnswer('PUT');
    const first = await store.records.swap('subjects/a', undefined, 'first');
    expect(first).toEqual({ version: expect.any(String) });
    relay.loseNextAnswer('PUT');
    const second = await store.records.swap(
      'subjects/a',
      first === 'conflict' ? '' : first.version,
      'second',
    );
    expect(await store.records.read('subjects/a')).toEqual({
      value: 'second',
      version: second === 'conflict' ? '' : second.version,
    });
  });

  it('an answer of S3 that is lost or undecided leaves open whether a removal took effect, rather than calling it a conflict', async () => {
    const made = await store.records.swap('subjects/b', undefined, 'b');
    relay.loseNextAnswer('DELETE');
    await expect(
      store.records.remove('subjects/b', made === 'conflict' ? '' : made.version),
    ).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await store.records.read('subjects/b')).toBeUndefined();
  });

  it('an answer of S3 that is lost or undecided keeps a body whose first attempt had arrived, also one in pieces', async () => {
    relay.loseNextAnswer('PUT');
    await store.objects.put('bodies/a', { kind: 'memory', bytes: Buffer.from('whole') });
    const large = Buffer.alloc(9 << 20, 7);
    relay.loseNextAnswer('PUT');
    await store.objects.put('bodies/b', { kind: 'memory', bytes: large });
    for (const [key, bytes] of [
      ['bodies/a', 5],
      ['bodies/b', large.byteLength],
    ] as const) {
      const open = await store.objects.get(key);
      expect(open?.totalBytes).toBe(bytes);
      open?.stream.destroy();
    }
  });

  it('an answer of S3 that is lost or undecided tries again where another conditional write was under way, and at last calls it a conflict', async () => {
    relay.answerNext('PUT', 1, 409, CONFLICT);
    const made = await store.records.swap('subjects/c', undefined, 1);
    expect(made).toEqual({ version: expect.any(String) });
    const version = made === 'conflict' ? '' : made.version;
    relay.answerNext('PUT', 3, 409, CONFLICT);
    expect(await store.records.swap('subjects/c', version, 2)).toBe('conflict');
    relay.answerNext('DELETE', 3, 409, CONFLICT);
    expect(await store.records.remove('subjects/c', version)).toBe('conflict');
    expect(await store.records.read('subjects/c')).toEqual({ value: 1, version });
  });

  it('an answer of S3 that is lost or undecided does not call a body there where other writes of it were always under way', async () => {
    relay.answerNext('PUT', 3, 409, CONFLICT);
    await expect(store.objects.put('bodies/c', BODY)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await store.objects.get('bodies/c')).toBeUndefined();
  });

  it('an answer of S3 that is lost or undecided brings a version that no document before it had, although the document is the same', async () => {
    const first = await store.records.swap('subjects/d', undefined, 'same');
    const version = first === 'conflict' ? '' : first.version;
    const second = await store.records.swap('subjects/d', version, 'other');
    const third = await store.records.swap('subjects/d', second === 'conflict' ? '' : second.version, 'same');
    expect(third === 'conflict' ? '' : third.version).not.toBe(version);
  });

  it('an answer of S3 that is lost or undecided gives a damaged record its name: damaged', async () => {
    const { records } = createS3Store(
      miniStackSettings({ endpoint: engine.endpoint }, 'pictures', { prefix: 'objects' }),
    );
    await store.objects.put('records/subjects/e', { kind: 'memory', bytes: Buffer.from('{"write"') });
    await expect(records.read('subjects/e')).rejects.toMatchObject({ reason: 'damaged' });
  });
});
