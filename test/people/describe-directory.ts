import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PersonDraft, RecordStore, SubjectDirectory } from '../../src/domain/index.ts';
import { createPeopleDirectory } from '../../src/people/people-in-order.ts';
import type { PeopleSource } from '../../src/people/people-source.ts';

/** A source of people that knows those of the suite. */
export interface SourceUnderTest {
  readonly source: PeopleSource;
  /** Where the pictures' records are. */
  readonly records: RecordStore;
  /** Makes the source fail from now on; absent where it cannot fail. */
  readonly breakDown?: () => Promise<void>;
  close(): Promise<void>;
}

/** A person, and the tenant whose person it is. */
export type TenantPerson = readonly [tenant: string, person: PersonDraft];

const HERE = 'directory-here';
const THERE = 'directory-there';

const ada = {
  id: 'ada',
  aliases: { one: '1', two: '2' },
  identifiers: { externalId: 'X-1' },
  profile: { firstName: 'Ada', email: 'Ada.Lovelace@example.com', phoneNumber: '+441234567890' },
};
const shared = { externalId: 'SHARED-1' };
const people: readonly TenantPerson[] = [
  [HERE, ada],
  [HERE, { id: 'bob', aliases: { one: '5' }, identifiers: shared, profile: {} }],
  [HERE, { id: 'eve', aliases: { one: '6' }, identifiers: shared, profile: {} }],
  [THERE, { ...ada, profile: { firstName: 'Another Ada' } }],
];

/** The promises of `SubjectDirectory`, held against one source of people. */
export function describeDirectory(
  name: string,
  make: (people: readonly TenantPerson[]) => Promise<SourceUnderTest>,
): void {
  describe(`the directory over people of ${name}`, () => {
    let made: SourceUnderTest;
    let directory: SubjectDirectory;
    const warnings: string[] = [];

    beforeAll(async () => {
      made = await make(people);
      const { source, records } = made;
      // A person with a picture has a record, and only the record leads from a key to a person of a user
      // service.
      for (const [tenant, { id }] of people) {
        const record = { schema: 1, tenant, subjectId: id, generation: 1, slots: {} };
        await records.swap(recordKey(subjectKey(tenant, id)), undefined, record);
      }
      directory = createPeopleDirectory({
        sources: [source],
        tenants: [HERE, THERE].map((id) => ({ id, strictSubjects: true })),
        subjectKey,
        recordKey,
        records,
        warn: (message) => warnings.push(message),
      });
    });
    afterAll(() => made.close());

    it('the directory finds the same person by each of their ids, by their key, and with their profile', async () => {
      const one = await directory.byAlias(HERE, 'one', '1');
      expect(one).toEqual({
        key: subjectKey(HERE, 'ada'),
        tenant: HERE,
        id: 'ada',
        aliases: ada.aliases,
        profile: ada.profile,
      });
      expect(await directory.byAlias(HERE, 'two', '2')).toEqual(one);
      expect(await directory.byKey(HERE, subjectKey(HERE, 'ada'))).toEqual(one);
    });

    it.each([
      ['email', 'ADA.lovelace@EXAMPLE.com', 'ada'],
      ['email', 'ada@example.com', undefined],
      ['mobile', '441234567890', 'ada'],
      ['externalId', 'X-1', 'ada'],
      ['externalId', 'x-1', undefined],
      ['cardNumber', 'X-1', undefined],
    ])('the directory finds by %s %s: %s', async (identifier, value, id) => {
      expect((await directory.byIdentifier(HERE, identifier, value))?.id).toBe(id);
    });

    it('a look-up of an unused name finds no person', async () => {
      expect(await directory.byAlias(HERE, 'one', '77')).toBeUndefined();
      expect(await directory.byAlias('elsewhere', 'one', '1')).toBeUndefined();
      expect(await directory.byKey(HERE, subjectKey(HERE, 'zoe'))).toBeUndefined();
      expect(await directory.byKey(HERE, 'no key at all')).toBeUndefined();
    });

    it('the directory never takes the id of one dialect for the id of another', async () => {
      expect(await directory.byAlias(HERE, 'two', '1')).toBeUndefined();
      expect(await directory.byAlias(HERE, 'three', '1')).toBeUndefined();
      expect(await directory.byAlias(HERE, 'constructor', '1')).toBeUndefined();
    });

    it('the directory keeps people of different tenants apart although their ids are the same', async () => {
      const there = await directory.byAlias(THERE, 'one', '1');
      expect(there).toMatchObject({ key: subjectKey(THERE, 'ada'), profile: { firstName: 'Another Ada' } });
      expect(await directory.byKey(HERE, subjectKey(THERE, 'ada'))).toBeUndefined();
      expect(await directory.byAlias(THERE, 'one', '5')).toBeUndefined();
    });

    it('the directory lists the people of one tenant, unless the source cannot tell who they are', async () => {
      const listed = directory.list?.(HERE);
      expect(listed !== undefined).toBe(made.source.list !== undefined);
      const ids: string[] = [];
      for await (const { id, tenant } of listed ?? []) ids.push(`${tenant}/${id}`);
      expect(ids.sort()).toEqual(listed ? ['ada', 'bob', 'eve'].map((id) => `${HERE}/${id}`) : []);
    });

    it('the directory finds neither of two people who share an identifier, and says so without naming it', async () => {
      warnings.length = 0;
      expect(await directory.byIdentifier(HERE, 'externalId', 'SHARED-1')).toBeUndefined();
      expect(warnings).toEqual([
        `tenant ${HERE}: two people share an identifier externalId; a look-up by it finds neither`,
      ]);
      expect((await directory.byAlias(HERE, 'one', '5'))?.id).toBe('bob');
      expect((await directory.byAlias(HERE, 'one', '6'))?.id).toBe('eve');
    });

    it('the directory never says that there is no such person when it cannot know', async () => {
      if (!made.breakDown) return;
      await made.breakDown();
      await expect(directory.byAlias(HERE, 'one', '88')).rejects.toThrow(/unavailable/);
      await expect(directory.byIdentifier(HERE, 'email', 'who@example.com')).rejects.toThrow(/unavailable/);
    });
  });
}
