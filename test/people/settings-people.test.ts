import { beforeAll, describe, expect, it } from '@jest/globals';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { SubjectDirectory } from '../../src/domain/index.ts';
import { createPeopleDirectory } from '../../src/people/people-in-order.ts';
import { createSettingsPeople } from '../../src/people/settings-people.ts';
import type { TenantSettings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';

const ada = {
  id: 'ada',
  aliases: { one: '1', two: '2' },
  identifiers: { externalId: 'X-1' },
  profile: { firstName: 'Ada' },
};

function tenant(id: string, strictSubjects: boolean): TenantSettings {
  return { id, strictSubjects, dialects: {}, credentials: [], subjects: [ada] };
}

const { records } = createMemoryStore();
let directory: SubjectDirectory;

beforeAll(() => {
  const tenants = [tenant('strict', true), tenant('open', false)];
  directory = createPeopleDirectory({
    sources: [createSettingsPeople({ tenants, subjectKey })],
    tenants,
    subjectKey,
    recordKey,
    records,
    warn: () => {},
  });
});

describe('a tenant whose subjects are not strict', () => {
  it('a tenant whose subjects are not strict makes a subject from an id that no person has, always the same', async () => {
    const made = await directory.byAlias('open', 'one', '77');
    expect(made).toMatchObject({ aliases: { one: '77' }, profile: {}, provisional: true });
    expect(await directory.byAlias('open', 'one', '77')).toEqual(made);
    expect((await directory.byAlias('open', 'two', '77'))?.key).not.toBe(made?.key);
  });

  it('a tenant whose subjects are not strict finds a made subject again by its key once it has a record', async () => {
    const made = await directory.byAlias('open', 'one', 'a:b:c');
    if (!made) throw new Error('nothing was made');
    expect(await directory.byKey('open', made.key)).toBeUndefined();
    const record = { schema: 1, tenant: 'open', subjectId: made.id, generation: 1, slots: {} };
    await records.swap(recordKey(made.key), undefined, record);
    expect(await directory.byKey('open', made.key)).toEqual(made);
    expect(await directory.byKey('strict', made.key)).toBeUndefined();
  });
});
