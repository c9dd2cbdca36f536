import { beforeAll, describe, expect, it } from '@jest/globals';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import { createSettingsDirectory } from '../../src/directory/settings-directory.ts';
import type { SubjectDirectory } from '../../src/domain/index.ts';
import type { TenantSettings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const ada = {
  id: 'ada',
  aliases: { one: '1', two: '2' },
  identifiers: { externalId: 'X-1' },
  profile: { firstName: 'Ada', email: 'Ada.Lovelace@example.com', phoneNumber: '+441234567890' },
};

function tenant(id: string, strictSubjects: boolean): TenantSettings {
  return { id, strictSubjects, dialects: {}, credentials: [], subjects: [ada] };
}

const { records } = createMemoryStore();
let directory: SubjectDirectory;

beforeAll(() => {
  const tenants = [tenant('strict', true), tenant('open', false)];
  directory = createSettingsDirectory({ tenants, subjectKey, recordKey, records });
});

describe('the directory of the settings', () => {
  it('gives one subject for all of its aliases', async () => {
    const one = await directory.byAlias('strict', 'one', '1');
    expect(one).toMatchObject({ id: 'ada', tenant: 'strict', key: subjectKey('strict', 'ada') });
    expect(await directory.byAlias('strict', 'two', '2')).toEqual(one);
    expect(await directory.byKey('strict', subjectKey('strict', 'ada'))).toEqual(one);
  });

  it('never takes the id of one dialect for the id of another', async () => {
    expect(await directory.byAlias('strict', 'two', '1')).toBeUndefined();
    expect(await directory.byAlias('strict', 'three', '1')).toBeUndefined();
  });

  it('keeps people of different tenants apart although their ids are the same', async () => {
    const strict = await directory.byAlias('strict', 'one', '1');
    const open = await directory.byAlias('open', 'one', '1');
    expect(open?.key).not.toBe(strict?.key);
    expect(await directory.byKey('open', strict?.key ?? '')).toBeUndefined();
    expect(await directory.byAlias('elsewhere', 'one', '1')).toBeUndefined();
  });

  it.each([
    ['email', 'ADA.lovelace@EXAMPLE.com', 'ada'],
    ['mobile', '441234567890', 'ada'],
    ['externalId', 'X-1', 'ada'],
    ['externalId', 'x-1', undefined],
    ['cardNumber', 'X-1', undefined],
  ])('finds by %s %s: %s', async (name, value, id) => {
    expect((await directory.byIdentifier('strict', name, value))?.id).toBe(id);
  });
});

describe('a tenant whose subjects are not strict', () => {
  it('makes a subject from an id that nobody has, always the same', async () => {
    const made = await directory.byAlias('open', 'one', '77');
    expect(made).toMatchObject({ aliases: { one: '77' }, profile: {} });
    expect(await directory.byAlias('open', 'one', '77')).toEqual(made);
    expect((await directory.byAlias('open', 'two', '77'))?.key).not.toBe(made?.key);
  });

  it('finds a made subject again by its key once it has a record', async () => {
    const made = await directory.byAlias('open', 'one', 'a:b:c');
    if (!made) throw new Error('nothing was made');
    expect(await directory.byKey('open', made.key)).toBeUndefined();
    const record = { schema: 1, tenant: 'open', subjectId: made.id, generation: 1, slots: {} };
    await records.swap(recordKey(made.key), undefined, record);
    expect(await directory.byKey('open', made.key)).toEqual(made);
    expect(await directory.byKey('strict', made.key)).toBeUndefined();
  });
});
