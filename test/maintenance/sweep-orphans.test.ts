import { describe, expect, it } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import { RecordsMissingError, sweepOrphans } from '../../src/maintenance/sweep-orphans.ts';
import { createJournal } from '../../src/migration/journal/journal.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { storeOrphan, storePicture } from './stored-pictures.ts';

const HOUR_MS = 3_600_000;
const ONCE = { graceSeconds: 3_600, dryRun: false, restart: false, acceptMissingRecords: true };

/** A memory store whose clock the test sets. */
function datedStore(): { readonly store: Store; readonly later: (ms: number) => void } {
  let nowMs = 1_700_000_000_000;
  return {
    store: createMemoryStore({ now: () => nowMs }),
    later: (ms) => {
      nowMs += ms;
    },
  };
}

async function bodyKeys({ objects }: Store): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list('')) keys.push(key);
  return keys;
}

it('gc deletes old bodies that no record names, and nothing else', async () => {
  const { store, later } = datedStore();
  const kept = await storePicture(store, 'ada');
  await storeOrphan(store, 'ada');
  await storeOrphan(store, 'nobody');
  later(2 * HOUR_MS);
  const young = await storeOrphan(store, 'bob');
  const { report, complete } = await sweepOrphans(store, ONCE);
  expect(complete).toBe(true);
  expect(report).toMatchObject({ bodies: 5, subjects: 3, orphans: 2, orphanBytes: 200, young: 1 });
  expect(await bodyKeys(store)).toEqual([...kept.bodyKeys, young].toSorted());
});

it('gc clears what a gateway left that died while it tried the store', async () => {
  const { store, later } = datedStore();
  await store.objects.put('probe/left', { kind: 'memory', bytes: Buffer.from('x') });
  later(2 * HOUR_MS);
  await store.objects.put('probe/at-work', { kind: 'memory', bytes: Buffer.from('x') });
  await sweepOrphans(store, ONCE);
  expect(await bodyKeys(store)).toEqual(['probe/at-work']);
});

it('gc deletes nothing in a dry run', async () => {
  const { store, later } = datedStore();
  const orphan = await storeOrphan(store, 'ada');
  later(2 * HOUR_MS);
  const { report } = await sweepOrphans(store, { ...ONCE, dryRun: true });
  expect(report.orphans).toBe(1);
  expect(await bodyKeys(store)).toEqual([orphan]);
});

it('gc measures age by the clock of the store, not by that of this machine', async () => {
  const store = createMemoryStore({ now: () => Date.now() - 30 * 24 * HOUR_MS });
  const orphan = await storeOrphan(store, 'ada');
  await sweepOrphans(store, ONCE);
  expect(await bodyKeys(store)).toEqual([orphan]);
});

it('gc leaves bodies alone that an unfinished write to a backend has yet to send', async () => {
  const { store, later } = datedStore();
  const kept = [await storeOrphan(store, 'ada'), await storeOrphan(store, 'bob')];
  await store.records.swap('journal/timbu/1', undefined, {
    intent: { images: [{ original: { key: String(kept[0]) } }] },
  });
  await store.records.swap('zeta', undefined, [String(kept[1])]);
  await storePicture(store, 'carl');
  later(2 * HOUR_MS);
  expect(await sweepOrphans(store, ONCE)).toMatchObject({ report: { orphans: 0 } });
});

it('gc keeps the body that only an unfinished migration write names, however old, and sweeps it once that is over', async () => {
  const { store, later } = datedStore();
  const key = await storeOrphan(store, 'ada');
  const subject = { key: subjectKey('demo', 'ada'), id: 'ada', aliases: {} };
  const journal = createJournal({
    records: store.records,
    clock: { nowMs: () => 0 },
    name: { tenant: 'demo', dialect: 'timbu' },
    owner: 'a gateway that died',
    leaseMs: 1_000,
    warn: () => {},
  });
  const held = await journal.lease(subject, 0);
  const original = { key, bytes: 100, sha256: '0'.repeat(64), format: 'png', width: 1, height: 1 } as const;
  const intent = {
    id: 'i',
    generation: 0,
    startedAtMs: 0,
    kind: 'put',
    images: [{ slot: 0, original }],
  } as const;
  await held.write((entry) => ({ ...entry, intent }));
  later(1_000 * HOUR_MS);
  await sweepOrphans(store, ONCE);
  expect(await bodyKeys(store)).toEqual([key]);
  await held.write(({ intent: _done, ...entry }) => entry);
  await held.release();
  await sweepOrphans(store, ONCE);
  expect(await bodyKeys(store)).toEqual([]);
});

it('gc keeps what a migration write names that began while the journal was being read, however long that took', async () => {
  const { store, later } = datedStore();
  let key = '';
  const records: Store['records'] = {
    ...store.records,
    async *list(prefix, options) {
      yield* store.records.list(prefix, options);
      if (prefix !== '' || key !== '') return;
      key = await storeOrphan(store, 'ada');
      await store.records.swap('journal/timbu/1', undefined, { intent: { images: [{ original: { key } }] } });
      later(2 * HOUR_MS);
    },
  };
  // The listing has passed the place of that entry by then, and will not come to it again.
  await sweepOrphans({ objects: store.objects, records }, ONCE);
  expect(await bodyKeys(store)).toEqual([key]);
});

it('gc leaves bodies alone whose keys it does not know', async () => {
  const { store, later } = datedStore();
  await store.objects.put('bodies/of-another-kind', { kind: 'memory', bytes: Buffer.from('x') });
  later(2 * HOUR_MS);
  const { report } = await sweepOrphans(store, ONCE);
  expect(report).toMatchObject({ unknown: 1, orphans: 0 });
  expect(await bodyKeys(store)).toEqual(['bodies/of-another-kind']);
});

it('gc deletes nothing of a subject whose record it cannot read, and goes on with the others', async () => {
  const { store, later } = datedStore();
  const { recordKey, bodyKeys: named } = await storePicture(store, 'ada');
  const { version } = (await store.records.read(recordKey)) ?? {};
  await store.records.swap(recordKey, version, { schema: 2 });
  later(2 * HOUR_MS);
  await storeOrphan(store, 'bob');
  await storeOrphan(store, 'ada');
  later(2 * HOUR_MS);
  const { report } = await sweepOrphans(store, ONCE);
  expect(report).toMatchObject({ unreadable: 1, orphans: 1 });
  expect(await bodyKeys(store)).toEqual(expect.arrayContaining([...named]));
  expect(await bodyKeys(store)).toHaveLength(named.length + 1);
});

it('gc goes on where an interrupted sweep stopped, and counts both parts', async () => {
  const { store, later } = datedStore();
  for (let subject = 0; subject < 200; subject += 1) await storeOrphan(store, `subject-${subject}`);
  later(2 * HOUR_MS);
  const interrupt = new AbortController();
  const first = await sweepOrphans(store, {
    ...ONCE,
    signal: interrupt.signal,
    onProgress: () => interrupt.abort(),
  });
  expect(first).toMatchObject({ complete: false, resumed: false });
  expect(first.report.orphans).toBeLessThan(200);
  const fractions: number[] = [];
  const second = await sweepOrphans(store, { ...ONCE, onProgress: (fraction) => fractions.push(fraction) });
  expect(second).toMatchObject({ complete: true, resumed: true, report: { orphans: 200, bodies: 200 } });
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(await sweepOrphans(store, ONCE)).toMatchObject({ resumed: false, report: { bodies: 0 } });
});

it('gc begins anew when it is asked to, or asked something else', async () => {
  const { store, later } = datedStore();
  for (let subject = 0; subject < 100; subject += 1) await storeOrphan(store, `subject-${subject}`);
  later(2 * HOUR_MS);
  const interrupted = { ...ONCE, dryRun: true, signal: AbortSignal.abort() };
  expect(await sweepOrphans(store, interrupted)).toMatchObject({ complete: false });
  expect(await sweepOrphans(store, { ...ONCE, dryRun: true, restart: true })).toMatchObject({
    resumed: false,
  });
  expect(await sweepOrphans(store, interrupted)).toMatchObject({ complete: false });
  expect(await sweepOrphans(store, ONCE)).toMatchObject({ resumed: false, report: { orphans: 100 } });
});

describe('gc beside records that are away', () => {
  const CAREFUL = { ...ONCE, acceptMissingRecords: false };

  it.each([
    ['no record at all', 0, 1],
    ['far fewer records than people who have bodies', 3, 9],
  ])('gc deletes nothing where there is %s', async (_, withRecord, without) => {
    const { store, later } = datedStore();
    for (let person = 0; person < withRecord; person += 1) await storePicture(store, `known-${person}`);
    for (let person = 0; person < without; person += 1) await storeOrphan(store, `lost-${person}`);
    const before = await bodyKeys(store);
    later(2 * HOUR_MS);
    await expect(sweepOrphans(store, CAREFUL)).rejects.toThrow(RecordsMissingError);
    await expect(sweepOrphans(store, { ...CAREFUL, dryRun: true })).rejects.toThrow(
      `${without} of ${withRecord + without} people`,
    );
    expect(await bodyKeys(store)).toEqual(before);
  });

  it('gc sweeps what a first upload left that crashed, and does not count uploads under way', async () => {
    const { store, later } = datedStore();
    for (let person = 0; person < 12; person += 1) await storePicture(store, `known-${person}`);
    const orphan = await storeOrphan(store, 'crashed');
    later(2 * HOUR_MS);
    for (let person = 0; person < 12; person += 1) await storeOrphan(store, `uploading-${person}`);
    expect(await sweepOrphans(store, CAREFUL)).toMatchObject({ report: { orphans: 1, young: 12 } });
    expect(await bodyKeys(store)).not.toContain(orphan);
  });
});
