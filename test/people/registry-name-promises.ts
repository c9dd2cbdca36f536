import { expect } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import { draft, problemOf, type RegistryPromise, within2Seconds } from './registry-rig.ts';

/** How the names of a person lead to them. */
export const NAME_PROMISES: readonly RegistryPromise[] = [
  [
    'finds a person by every name as soon as the put resolves, in every gateway',
    async ({ here, there, tenant }) => {
      const ada = draft('ada', {
        aliases: { one: '1', two: '2' },
        identifiers: { externalId: 'X-1' },
        profile: { email: 'Ada@example.com', phoneNumber: '+44123' },
      });
      const { kind, person } = await here.registry.put(tenant, ada);
      expect({ kind, version: person.version, key: person.key }).toEqual({
        kind: 'created',
        version: 1,
        key: subjectKey(tenant, 'ada'),
      });
      for (const { people } of [here, there]) {
        expect(await people.byAlias(tenant, 'one', '1')).toMatchObject({ id: 'ada', key: person.key });
        expect(await people.byAlias(tenant, 'two', '2')).toMatchObject({ id: 'ada' });
        expect(await people.byAlias(tenant, 'two', '1')).toBeUndefined();
        expect(await people.byAlias('elsewhere', 'one', '1')).toBeUndefined();
        expect(await people.byIdentifier(tenant, 'email', 'ADA@EXAMPLE.com')).toMatchObject({ id: 'ada' });
        expect(await people.byIdentifier(tenant, 'mobile', '44123')).toMatchObject({ id: 'ada' });
        expect(await people.byIdentifier(tenant, 'externalId', 'X-1')).toMatchObject({ id: 'ada' });
        expect(await people.byKey(tenant, person.key)).toMatchObject({ id: 'ada' });
        expect(await people.byKey('elsewhere', person.key)).toBeUndefined();
      }
    },
  ],
  [
    'keeps the key and the old id of a person who is renamed',
    async ({ here, there, tenant }) => {
      const { person } = await here.registry.put(tenant, draft('ada', { aliases: { one: '1' } }));
      const renamed = await there.registry.rename(tenant, 'ada', 'lovelace');
      expect(renamed).toMatchObject({ id: 'lovelace', key: person.key, formerly: { id: ['ada'] } });
      expect(await here.registry.read(tenant, 'ada')).toMatchObject({ id: 'lovelace' });
      expect(await problemOf(here.registry.put(tenant, draft('bob')))).toBe('none');
      expect(await problemOf(here.registry.rename(tenant, 'bob', 'ada'))).toBe('name-taken');
      // A list that still has the old id changes the same person, and does not rename them back.
      const { person: same } = await here.registry.put(
        tenant,
        draft('ada', { profile: { firstName: 'Ada' } }),
      );
      expect(same).toMatchObject({ id: 'lovelace', key: person.key, profile: { firstName: 'Ada' } });
      expect(await here.registry.rename(tenant, 'lovelace', 'ada')).toMatchObject({
        id: 'ada',
        formerly: { id: ['lovelace'] },
      });
    },
  ],
  [
    'keeps leading to the person by an id that another one of the dialect replaced',
    async ({ here, there, tenant }) => {
      await here.registry.put(tenant, draft('ada', { aliases: { one: '1' } }));
      await here.registry.link(tenant, 'ada', 'one', '2');
      expect(await there.people.byAlias(tenant, 'one', '1')).toMatchObject({
        id: 'ada',
        aliases: { one: '1' },
      });
      expect(await there.people.byAlias(tenant, 'one', '2')).toMatchObject({
        id: 'ada',
        aliases: { one: '2' },
      });
      await here.registry.unlink(tenant, 'ada', 'one', '1');
      expect(await here.people.byAlias(tenant, 'one', '1')).toBeUndefined();
      expect(await problemOf(here.registry.unlink(tenant, 'ada', 'one', '1'))).toBe('subject-not-found');
      await here.registry.put(tenant, draft('bob', { aliases: { one: '1' } }));
      expect(await here.people.byAlias(tenant, 'one', '1')).toMatchObject({ id: 'bob' });
    },
  ],
  [
    'leads to neither of two people who share an identifier, and to the one who is left',
    async ({ here, tenant }) => {
      await here.registry.put(tenant, draft('ada', { profile: { email: 'us@example.com' } }));
      await here.registry.put(tenant, draft('bob', { profile: { email: 'US@example.com' } }));
      expect(await here.people.byIdentifier(tenant, 'email', 'us@example.com')).toBe('ambiguous');
      await here.registry.patch(tenant, 'bob', { profile: { email: null } });
      expect(await here.people.byIdentifier(tenant, 'email', 'us@example.com')).toMatchObject({
        id: 'ada',
      });
    },
  ],
  [
    'shows a change to another gateway that has just looked within two seconds',
    async ({ here, there, tenant }) => {
      await here.registry.put(tenant, draft('ada', { aliases: { one: '1' }, profile: { firstName: 'A' } }));
      expect(await there.people.byAlias(tenant, 'one', '1')).toMatchObject({ profile: { firstName: 'A' } });
      await here.registry.patch(tenant, 'ada', { profile: { firstName: 'B' } });
      await within2Seconds(
        () => there.people.byAlias(tenant, 'one', '1'),
        (seen) => typeof seen === 'object' && seen.profile.firstName === 'B',
      );
    },
  ],
  [
    'shows another gateway within two seconds that a name leads to another person',
    async ({ here, there, tenant }) => {
      await here.registry.put(tenant, draft('ada', { aliases: { one: '1' } }));
      await here.registry.put(tenant, draft('bob'));
      const ask = () => there.people.byAlias(tenant, 'one', '1');
      expect(await ask()).toMatchObject({ id: 'ada' });
      await here.registry.unlink(tenant, 'ada', 'one', '1');
      await here.registry.link(tenant, 'bob', 'one', '1');
      await within2Seconds(ask, (seen) => typeof seen === 'object' && seen.id === 'bob');
      await here.registry.erase(tenant, subjectKey(tenant, 'bob'), 1_700_000_000_000);
      await within2Seconds(ask, (seen) => seen === 'erased');
    },
  ],
];
