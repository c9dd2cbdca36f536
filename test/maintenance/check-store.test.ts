import { expect, it } from '@jest/globals';
import { checkStore } from '../../src/maintenance/check-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { storeOrphan, storePicture } from './stored-pictures.ts';

const ONCE = { restart: false };

it('fsck finds nothing wrong with whole pictures, and does not look at bodies that no record names', async () => {
  const store = createMemoryStore();
  await storePicture(store, 'ada');
  await storePicture(store, 'bob');
  await storeOrphan(store, 'ada');
  expect(await checkStore(store, ONCE)).toMatchObject({
    complete: true,
    report: { records: 2, bodies: 4, bytes: 8_000, damaged: 0, findings: [] },
  });
});

it('fsck names each body that is missing, cut off or altered, and each record that cannot be read', async () => {
  const store = createMemoryStore();
  const pictures = await Promise.all(['a', 'b', 'c', 'd'].map((id) => storePicture(store, id)));
  const [missing, cutOff, altered] = pictures.map(({ bodyKeys }) => String(bodyKeys[0]));
  await store.objects.delete(String(missing));
  for (const [key, bytes] of [
    [String(cutOff), Buffer.alloc(1_999)],
    [String(altered), Buffer.alloc(2_000)],
  ] as const) {
    await store.objects.delete(key);
    await store.objects.put(key, { kind: 'memory', bytes });
  }
  const unreadable = String(pictures[3]?.recordKey);
  await store.records.swap(unreadable, (await store.records.read(unreadable))?.version, { schema: 99 });

  const { report } = await checkStore(store, ONCE);
  expect(report).toMatchObject({ records: 4, damaged: 4 });
  const found = Object.fromEntries(
    report.findings.map(({ body, record, damage }) => [body ?? record, damage]),
  );
  expect(found).toEqual({
    [String(missing)]: 'body-missing',
    [String(cutOff)]: 'body-size',
    [String(altered)]: 'body-digest',
    [unreadable]: 'record-unreadable',
  });
});

it('fsck counts no body that a newer record has let go of since', async () => {
  const store = createMemoryStore();
  const { recordKey, bodyKeys } = await storePicture(store, 'ada');
  const replacedMeanwhile = {
    ...store,
    objects: {
      ...store.objects,
      async get(key: string) {
        const found = await store.records.read(recordKey);
        await store.records.swap(recordKey, found?.version, {
          schema: 1,
          tenant: 'demo',
          subjectId: 'ada',
          generation: 2,
          slots: {},
        });
        for (const gone of bodyKeys) await store.objects.delete(gone);
        return await store.objects.get(key);
      },
    },
  };
  expect(await checkStore(replacedMeanwhile, ONCE)).toMatchObject({ report: { damaged: 0 } });
});

it('fsck goes on where an interrupted check stopped, with what it had found', async () => {
  const store = createMemoryStore();
  for (let subject = 0; subject < 80; subject += 1) {
    const { bodyKeys } = await storePicture(store, `subject-${subject}`);
    await store.objects.delete(String(bodyKeys[1]));
  }
  const first = await checkStore(store, { ...ONCE, signal: AbortSignal.abort() });
  expect(first).toMatchObject({ complete: false, report: { records: 32, damaged: 32 } });
  const second = await checkStore(store, ONCE);
  expect(second).toMatchObject({ complete: true, resumed: true, report: { records: 80, damaged: 80 } });
});
