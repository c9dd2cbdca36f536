import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bodiesNamedBy } from '../../src/core/body-references.ts';
import type { SubjectRecord } from '../../src/domain/index.ts';
import { checkStore } from '../../src/maintenance/check-store.ts';
import { CopyRefusedError, copyStore } from '../../src/maintenance/copy-store.ts';
import { startStore } from '../../src/maintenance/start-store.ts';
import { createAzureStore } from '../../src/store/azure/azure-store.ts';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createS3Store } from '../../src/store/s3/s3-store.ts';
import type { Store } from '../../src/store/store.ts';
import { azuriteSettings, startAzurite } from '../support/azurite.ts';
import { miniStackSettings, startMiniStack } from '../support/ministack.ts';
import { storeOrphan, storePicture } from './stored-pictures.ts';

const BACKUP = { keepForUpdates: true };
const MOVE = { keepForUpdates: false };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-copy-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function begun<S extends Store>(store: S): Promise<S> {
  await startStore(store, { begin: true });
  return store;
}

/** Every record, and the digest of every body that one names. */
async function digestsOf({ records, objects }: Store): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for await (const key of records.list('subjects/')) {
    const value = (await records.read(key))?.value as SubjectRecord;
    digests[key] = JSON.stringify(value);
    for (const body of bodiesNamedBy(value)) {
      const open = await objects.get(body);
      digests[body] = open
        ? createHash('sha256')
            .update(await buffer(open.stream))
            .digest('hex')
        : 'missing';
    }
  }
  return digests;
}

/** Replaces a person's picture as a gateway does: new bodies, the record, then the old bodies go. */
async function replacePicture(store: Store, person: string, generation: number): Promise<void> {
  const scratch = createMemoryStore();
  const { recordKey, bodyKeys } = await storePicture(scratch, person);
  for (const key of bodyKeys) {
    const open = await scratch.objects.get(key);
    if (open)
      await store.objects.put(key, { kind: 'stream', stream: open.stream as AsyncIterable<Uint8Array> });
  }
  const before = await store.records.read(recordKey);
  const value = (await scratch.records.read(recordKey))?.value as SubjectRecord;
  await store.records.swap(recordKey, before?.version, { ...value, generation });
  for (const key of before ? bodiesNamedBy(before.value as SubjectRecord) : [])
    await store.objects.delete(key);
}

async function generationsOf({ records }: Store): Promise<Map<string, number>> {
  const generations = new Map<string, number>();
  for await (const key of records.list('subjects/')) {
    const found = await records.read(key);
    if (found) generations.set(key, (found.value as SubjectRecord).generation);
  }
  return generations;
}

describe('a backup', () => {
  it('a backup taken while pictures are replaced holds every person whole, and at least as new as when it began', async () => {
    const store = await begun(createFilesystemStore({ folder: join(folder, 'busy') }));
    const people = Array.from({ length: 60 }, (_, number) => `person-${number}`);
    for (const person of people) await replacePicture(store, person, 1);
    const backup = await begun(createFilesystemStore({ folder: join(folder, 'busy-backup') }));
    const over = new AbortController();
    let replaced = 0;
    const writing = (async () => {
      for (let generation = 2; !over.signal.aborted; generation += 1) {
        for (const person of people) {
          if (over.signal.aborted) return;
          await replacePicture(store, person, generation);
          replaced += 1;
        }
      }
    })();
    try {
      for (let round = 0; round < 5 || replaced <= people.length; round += 1) {
        const before = await generationsOf(store);
        const report = await copyStore(store, backup, BACKUP);
        expect(report).toMatchObject({ records: people.length, damaged: [] });
        const restored = await begun(createMemoryStore());
        await copyStore(backup, restored, MOVE);
        expect(await checkStore(restored, { restart: true })).toMatchObject({
          report: { records: people.length, bodies: 2 * people.length, damaged: 0 },
        });
        for (const [key, generation] of await generationsOf(restored)) {
          expect(generation).toBeGreaterThanOrEqual(before.get(key) ?? Number.POSITIVE_INFINITY);
        }
      }
    } finally {
      over.abort();
      await writing;
    }
    expect(replaced).toBeGreaterThan(people.length);
  }, 120_000);

  it('a backup sends nothing twice, and forgets what the store has no more', async () => {
    const store = await begun(createMemoryStore());
    const backup = await begun(createMemoryStore());
    const [ada] = await Promise.all(['ada', 'bob'].map((person) => storePicture(store, person)));
    await storeOrphan(store, 'carl');
    expect(await copyStore(store, backup, BACKUP)).toMatchObject({ records: 2, bodies: 4, removed: 0 });
    expect(await copyStore(store, backup, BACKUP)).toMatchObject({ records: 2, bodies: 0, removed: 0 });
    await replacePicture(store, 'bob', 2);
    const version = (await store.records.read(String(ada?.recordKey)))?.version;
    await store.records.remove(String(ada?.recordKey), String(version));
    expect(await copyStore(store, backup, BACKUP)).toMatchObject({ records: 1, bodies: 2, removed: 5 });
    expect(await digestsOf(backup)).toEqual(await digestsOf(store));
  });

  it('a backup names what is missing, altered or unreadable in the store, and copies the rest', async () => {
    const store = await begun(createMemoryStore());
    const backup = await begun(createMemoryStore());
    const pictures = await Promise.all(['ada', 'bob'].map((person) => storePicture(store, person)));
    const [missing, altered] = pictures.map(({ bodyKeys }) => String(bodyKeys[0]));
    for (const key of [missing, altered]) await store.objects.delete(String(key));
    await store.objects.put(String(altered), { kind: 'memory', bytes: Buffer.alloc(2_000) });
    const { damaged, bodies } = await copyStore(store, backup, BACKUP);
    expect(damaged.toSorted()).toEqual(
      [`${missing}: the body is missing`, `${altered}: the body is not what its record says`].toSorted(),
    );
    expect(bodies).toBe(2);
    expect(await backup.objects.get(String(altered))).toBeUndefined();
  });

  it('a backup goes into a new place or an earlier backup of the same store, and nowhere else', async () => {
    const [store, other] = await Promise.all([begun(createMemoryStore()), begun(createMemoryStore())]);
    await storePicture(store, 'ada');
    await storePicture(other, 'bob');
    await expect(copyStore(store, store, BACKUP)).rejects.toThrow(CopyRefusedError);
    await expect(copyStore(store, other, BACKUP)).rejects.toThrow('something else');
    const restored = await begun(createMemoryStore());
    await copyStore(store, restored, MOVE);
    await expect(copyStore(store, restored, MOVE)).rejects.toThrow('something else');
    await expect(copyStore(other, restored, BACKUP)).rejects.toThrow('something else');
  });
});

it('polyface copy copies filesystem to S3 to Azure to filesystem with equal digests', async () => {
  const [engine, azurite] = await Promise.all([startMiniStack('pictures'), startAzurite()]);
  const stores = [
    createFilesystemStore({ folder: join(folder, 'first') }),
    createS3Store(miniStackSettings(engine, 'pictures')),
    await createAzureStore(azuriteSettings(azurite, 'pictures')),
    createFilesystemStore({ folder: join(folder, 'last') }),
  ];
  try {
    for (const store of stores) await begun(store);
    const [first, ...others] = stores;
    if (!first) throw new Error('no store');
    for (let person = 0; person < 40; person += 1) await storePicture(first, `person-${person}`);
    const digests = await digestsOf(first);
    expect(Object.values(digests)).not.toContain('missing');
    let from = first;
    for (const to of others) {
      expect(await copyStore(from, to, MOVE)).toMatchObject({ records: 40, bodies: 80, damaged: [] });
      expect(await digestsOf(to)).toEqual(digests);
      from = to;
    }
  } finally {
    await Promise.all(stores.map((store) => store.stop()));
    await Promise.all([engine.stop(), azurite.stop()]);
  }
}, 120_000);
