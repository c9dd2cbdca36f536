import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Json, JsonObject, SubjectRecord } from '../../src/domain/index.ts';
import { checkStore } from '../../src/maintenance/check-store.ts';
import { startStore } from '../../src/maintenance/start-store.ts';
import { sweepOrphans } from '../../src/maintenance/sweep-orphans.ts';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { storeOrphan, storePicture } from './stored-pictures.ts';

const ONCE = { restart: false };
const SWEEP = { graceSeconds: 0, dryRun: false, restart: false, acceptMissingRecords: false };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-damaged-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function aStore() {
  const store = createFilesystemStore({ folder });
  await startStore(store, { begin: true });
  return store;
}

/** The file of a record, named by its version. */
async function fileOf(key: string): Promise<string> {
  const files = await readdir(join(folder, 'records'), { recursive: true });
  const end = key.replaceAll('/', ',').slice(-20);
  const found = files.find((name) => name.includes(end) && /\/\d+$/.test(name));
  return join(folder, 'records', String(found));
}

const damages: Record<string, string | Buffer> = {
  empty: '',
  'cut off': '{"write":"a","bef',
  'full of NULs': Buffer.alloc(400),
  null: 'null',
  'a list': '[]',
  'without slots': '{"write":"a","before":[],"value":{"schema":1}}',
  'with a slot that is nothing': JSON.stringify({
    write: 'a',
    before: [],
    value: { schema: 1, tenant: 'demo', subjectId: 'ada', generation: 1, slots: { 0: null } },
  }),
};

describe('one bad record on a disk', () => {
  it.each(Object.entries(damages))(
    'a bad record is one finding with its key, and the rest is checked: %s',
    async (_, bytes) => {
      const store = await aStore();
      const { recordKey, bodyKeys } = await storePicture(store, 'ada');
      for (const person of ['bob', 'carl']) await storePicture(store, person);
      const file = await fileOf(recordKey);
      await writeFile(file, bytes);

      const { report } = await checkStore(store, ONCE);
      expect(report).toMatchObject({ records: 3, bodies: 4, damaged: 1 });
      const [finding] = report.findings;
      expect(finding).toMatchObject({ record: recordKey, damage: 'record-unreadable' });
      const isRecord = typeof bytes === 'string' && bytes.includes('value');
      expect(finding?.detail).toContain(isRecord ? 'record' : file);

      const orphan = await storeOrphan(store, 'bob');
      const swept = await sweepOrphans(store, SWEEP);
      expect(swept.report).toMatchObject({ unreadable: 1, orphans: 1 });
      expect(await store.objects.get(orphan)).toBeUndefined();
      for (const key of bodyKeys) expect(await store.objects.get(key)).toBeDefined();
    },
  );

  it('a bad record is set aside by a repair, after a dry run that only says so; the key can be written again', async () => {
    const store = await aStore();
    const { recordKey } = await storePicture(store, 'ada');
    const file = await fileOf(recordKey);
    await writeFile(file, 'rubbish');
    const dry = await checkStore(store, { ...ONCE, repair: 'dry-run' });
    expect(dry.report.findings[0]?.repair).toContain('would be set aside');
    expect(await readFile(file, 'utf8')).toBe('rubbish');

    const done = await checkStore(store, { ...ONCE, repair: 'now' });
    const aside = /set aside as ([^;]*)/.exec(String(done.report.findings[0]?.repair))?.[1];
    expect(await readFile(String(aside), 'utf8')).toBe('rubbish');
    expect((await checkStore(store, ONCE)).report).toMatchObject({ damaged: 0 });
    expect(await store.records.read(recordKey)).toBeUndefined();
    expect(await store.records.swap(recordKey, undefined, 1)).toEqual({ version: '3' });
  });

  it('a bad record that was set aside keeps its bodies from every sweep, until missing records are accepted', async () => {
    const store = await aStore();
    const { recordKey, bodyKeys } = await storePicture(store, 'ada');
    await storePicture(store, 'bob');
    await writeFile(await fileOf(recordKey), 'rubbish');
    await checkStore(store, { ...ONCE, repair: 'now' });
    const left = async () =>
      (await Promise.all(bodyKeys.map((key) => store.objects.get(key)))).filter((body) => body !== undefined);

    expect((await sweepOrphans(store, SWEEP)).report).toMatchObject({ orphans: 0, unreadable: 1 });
    expect(await left()).toHaveLength(bodyKeys.length);
    for (const body of await left()) body?.stream.destroy();
    const accepted = await sweepOrphans(store, { ...SWEEP, restart: true, acceptMissingRecords: true });
    expect(accepted.report).toMatchObject({ orphans: bodyKeys.length });
    expect(await left()).toHaveLength(0);
  });

  it('a bad record of a shape that is not known is set aside as it was', async () => {
    const store = await aStore();
    const { recordKey } = await storePicture(store, 'ada');
    const { version } = (await store.records.read(recordKey)) ?? {};
    await store.records.swap(recordKey, version, { schema: 2 });
    const done = await checkStore(store, { ...ONCE, repair: 'now' });
    const aside = String(/set aside as ([^;]*)/.exec(String(done.report.findings[0]?.repair))?.[1]);
    expect((await store.objects.get(aside))?.totalBytes).toBe('{"schema":2}'.length);
    expect(await store.records.read(recordKey)).toBeUndefined();
  });
});

describe('a damaged record that says whose it is', () => {
  /** Damages the slots of a record, and gives what a dry run and a repair say of it. */
  async function repairAfter(
    store: Awaited<ReturnType<typeof aStore>>,
    recordKey: string,
    damage: (slots: Record<string, JsonObject>) => Record<string, Json>,
  ): Promise<{ dry: string; done: string }> {
    const found = await store.records.read(recordKey);
    const record = found?.value as JsonObject;
    const slots = damage(structuredClone(record.slots) as Record<string, JsonObject>);
    await store.records.swap(recordKey, found?.version, { ...record, slots });
    const said = async (repair: 'dry-run' | 'now') => {
      const { report } = await checkStore(store, { ...ONCE, repair });
      return String(report.findings[0]?.repair);
    };
    const dry = await said('dry-run');
    expect((await checkStore(store, ONCE)).report.damaged).toBe(1);
    return { dry, done: await said('now') };
  }

  it('a damaged record that names its person is rebuilt from its body, byte for byte, and kept as it was', async () => {
    const store = await aStore();
    const { recordKey, bodyKeys } = await storePicture(store, 'ada');
    const before = (await store.records.read(recordKey))?.value;
    const { dry, done } = await repairAfter(store, recordKey, ({ 0: state, ...slots }) => {
      const image = state?.image as JsonObject;
      const original = { ...(image.original as JsonObject), key: null, bytes: 'many', sha256: null };
      return { ...slots, 0: { kind: 'image', image: { ...image, original } } };
    });
    expect(dry).toBe('the record would be rebuilt: slot 0 from its body');
    const aside = String(/rebuilt: slot 0 from its body; as it was it is kept as (.*)/.exec(done)?.[1]);
    expect((await store.objects.get(aside))?.totalBytes).toBeGreaterThan(0);
    expect((await store.records.read(recordKey))?.value).toEqual(before);
    expect((await checkStore(store, ONCE)).report).toMatchObject({ damaged: 0, bodies: bodyKeys.length });
  });

  it('a damaged record that names its person forgets renditions that are none, keeps tombstones, and empties a slot that says nothing', async () => {
    const store = await aStore();
    const { recordKey } = await storePicture(store, 'ada');
    const tombstone = { kind: 'tombstone', tombstone: { slot: 1, version: 2, generation: 1 } };
    const { done } = await repairAfter(store, recordKey, ({ 0: state }) => ({
      0: { kind: 'image', image: { ...(state?.image as JsonObject), renditions: { small: null } } },
      1: tombstone,
      2: null,
    }));
    expect(done).toContain('rebuilt: slot 0 from its body, slot 2 is empty now');
    const repaired = (await store.records.read(recordKey))?.value as unknown as SubjectRecord | undefined;
    expect(repaired?.slots).toMatchObject({ 0: { kind: 'image', image: { renditions: {} } }, 1: tombstone });
    expect(Object.keys(repaired?.slots ?? {})).toEqual(['0', '1']);
    expect((await checkStore(store, ONCE)).report).toMatchObject({ damaged: 0, bodies: 1 });
  });

  it('a damaged record that names its person takes no body for its own whose bytes have another digest', async () => {
    const store = await aStore();
    const { recordKey, bodyKeys } = await storePicture(store, 'ada');
    const original = String(bodyKeys[0]);
    await store.objects.delete(original);
    await store.objects.put(original, { kind: 'memory', bytes: Buffer.from('other bytes') });
    const { done } = await repairAfter(store, recordKey, ({ 0: state }) => {
      const image = state?.image as JsonObject;
      return { 0: { kind: 'image', image: { ...image, original: { format: 'jpeg', width: 1, height: 1 } } } };
    });
    expect(done).toContain('slot 0 is empty now');
  });
});

it('a record that no longer says anything is set aside, never made up from bodies; its originals are named', async () => {
  const store = await aStore();
  const { recordKey, bodyKeys } = await storePicture(store, 'ada');
  await writeFile(await fileOf(recordKey), '');
  const { report } = await checkStore(store, { ...ONCE, repair: 'now' });
  expect(report.findings[0]?.repair).toContain(`set aside as `);
  expect(report.findings[0]?.repair).toContain(`its originals are ${bodyKeys[0]}`);
  expect(await store.records.read(recordKey)).toBeUndefined();
});

describe('a damaged body', () => {
  it('a damaged body that is a rendition is forgotten by a repair; an original stays a finding', async () => {
    const store = await aStore();
    const [ada, bob] = await Promise.all(['ada', 'bob'].map((person) => storePicture(store, person)));
    const [small, original] = [String(ada?.bodyKeys[1]), String(bob?.bodyKeys[0])];
    for (const key of [small, original]) {
      await store.objects.delete(key);
      await store.objects.put(key, { kind: 'memory', bytes: Buffer.from('cut') });
    }
    const repaired = await checkStore(store, { ...ONCE, repair: 'now' });
    expect(repaired.report.findings.map(({ body, repair }) => [body, repair])).toEqual(
      expect.arrayContaining([
        [small, expect.stringContaining('forgotten')],
        [original, expect.stringContaining('cannot be repaired')],
      ]),
    );
    expect(await store.objects.get(small)).toBeUndefined();
    expect((await checkStore(store, ONCE)).report.findings).toEqual([
      { record: bob?.recordKey, body: original, damage: 'body-size' },
    ]);
  });
});

it('fsck passes over files that are none of the store, with a warning', async () => {
  const store = await aStore();
  const { recordKey } = await storePicture(store, 'ada');
  const version = await fileOf(recordKey);
  const record = join(version, '..');
  const names = [
    join(folder, 'objects', '.nfs0001'),
    join(folder, 'objects', 'README'),
    join(folder, 'records', '.DS_Store'),
    join(record, '.DS_Store'),
    join(record, '..', 'README.txt'),
    join(record, '..', '=README'),
  ];
  for (const name of names) await writeFile(name, 'x');
  await mkdir(join(folder, 'objects', 'lost+found'));
  const { report } = await checkStore(store, ONCE);
  expect(report).toMatchObject({ records: 1, bodies: 2, damaged: 0, foreignFiles: names.length + 1 });
  expect(report.foreignFileNames).toEqual(expect.arrayContaining(names));
  expect(await sweepOrphans(store, SWEEP)).toMatchObject({ report: { bodies: 2, orphans: 0 } });
});
