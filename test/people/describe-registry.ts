import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { establishPages } from '../../src/people/records/directory-pages.ts';
import { findByName } from '../../src/people/records/find-person.ts';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';
import {
  diesAfter,
  draft,
  openRegistry,
  problemOf,
  type RegistryUnderTest,
  within2Seconds,
} from './registry-rig.ts';

/** The promises of `PeopleRegistry`, held against a store. */
export function describeRegistry(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`people in records on ${name}`, () => {
    let backend: StoreUnderTest;
    let here: RegistryUnderTest;
    let there: RegistryUnderTest;
    let tests = 0;
    /** A tenant that no other test uses. */
    let tenant = '';

    beforeAll(async () => {
      backend = await make();
      await establishPages(backend.store.records, 256);
      here = openRegistry(backend.store.records);
      there = openRegistry((await backend.another()).records);
    });
    afterAll(() => backend.close());
    const promise = (sentence: string, hold: () => Promise<void>) =>
      it(sentence, async () => {
        tests += 1;
        tenant = `tenant-${tests}`;
        await hold();
      });

    promise('finds a person by every name as soon as the put resolves, in every gateway', async () => {
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
    });

    promise('lets exactly one of 20 racers have a name, and gives the others no half of it', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
          problemOf(
            (racer % 2 ? here : there).registry.put(tenant, draft(`p${racer}`, { aliases: { one: 'same' } })),
          ),
        ),
      );
      const winner = results.indexOf('none');
      expect(results.toSorted()).toEqual(['none', ...Array.from({ length: 19 }, () => 'name-taken')].sort());
      expect(await here.people.byAlias(tenant, 'one', 'same')).toMatchObject({ id: `p${winner}` });
      expect(await idsOf(here.registry)).toEqual([`p${winner}`]);
      const losers = results.map((_, racer) => racer).filter((racer) => racer !== winner);
      for (const racer of losers) expect(await here.registry.read(tenant, `p${racer}`)).toBeUndefined();
    });

    promise('lets exactly one of 20 racers make a person', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
          problemOf(
            (racer % 2 ? here : there).registry.put(
              tenant,
              draft('ada', { profile: { firstName: `r${racer}` } }),
              { kind: 'none' },
            ),
          ),
        ),
      );
      expect(results.filter((result) => result === 'none')).toHaveLength(1);
      expect(results.filter((result) => result === 'person-exists')).toHaveLength(19);
    });

    promise('loses no change of writers who each change something else at once', async () => {
      await here.registry.put(tenant, draft('ada'));
      await Promise.all(
        Array.from({ length: 12 }, (_, writer) =>
          (writer % 2 ? here : there).registry.patch(tenant, 'ada', {
            identifiers: { [`card${writer}`]: `c${writer}` },
          }),
        ),
      );
      const ada = await here.registry.read(tenant, 'ada');
      expect(Object.keys(ada?.identifiers ?? {})).toHaveLength(12);
      expect(ada?.version).toBe(13);
    });

    promise('holds every change against the version that the caller meant', async () => {
      await here.registry.put(tenant, draft('ada'));
      const stale = { kind: 'versions', versions: [7] } as const;
      const current = { kind: 'versions', versions: [7, 1] } as const;
      const { registry } = here;
      expect(await problemOf(registry.put(tenant, draft('ada'), stale))).toBe('precondition-failed');
      expect(await problemOf(registry.patch(tenant, 'ada', {}, stale))).toBe('precondition-failed');
      expect(await problemOf(registry.link(tenant, 'ada', 'one', '1', stale))).toBe('precondition-failed');
      expect(await problemOf(registry.rename(tenant, 'ada', 'b', stale))).toBe('precondition-failed');
      expect(await problemOf(registry.put(tenant, draft('bob'), { kind: 'any' }))).toBe(
        'precondition-failed',
      );
      expect((await registry.link(tenant, 'ada', 'one', '1', current)).version).toBe(2);
      expect(await problemOf(registry.link(tenant, 'ada', 'one', '2', current))).toBe('precondition-failed');
    });

    promise('lets exactly one of 20 racers go on from the version that all of them saw', async () => {
      const ada = draft('ada', { aliases: { one: '1' } });
      await here.registry.put(tenant, ada);
      const seen = { kind: 'versions', versions: [1] } as const;
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, racer) => {
          const { registry } = racer % 2 ? here : there;
          // A claim is in the way of every other change as well.
          return problemOf(
            racer % 4 < 2
              ? registry.claimVersion(tenant, 'ada', seen)
              : registry.link(tenant, 'ada', 'two', `2-${racer}`, seen),
          );
        }),
      );
      expect(results.toSorted()).toEqual(
        ['none', ...Array.from({ length: 19 }, () => 'precondition-failed')].sort(),
      );
      expect(await here.registry.read(tenant, 'ada')).toMatchObject({ id: 'ada', version: 2 });
      const claimed = await here.registry.claimVersion(tenant, 'ada', { kind: 'versions', versions: [2] });
      const { version: _, ...left } = (await there.registry.read(tenant, 'ada')) ?? { version: 0 };
      expect(claimed).toEqual({ ...left, version: 3 });
      expect(await problemOf(here.registry.claimVersion(tenant, 'nobody', seen))).toBe('subject-not-found');
    });

    promise('leaves a person alone who is put as they are', async () => {
      const ada = draft('ada', { profile: { firstName: 'Ada', lastName: 'L' } });
      await here.registry.put(tenant, ada);
      const again = await there.registry.put(tenant, {
        ...ada,
        profile: { lastName: 'L', firstName: 'Ada' },
      });
      expect({ kind: again.kind, version: again.person.version }).toEqual({ kind: 'unchanged', version: 1 });
    });

    promise('keeps the key and the old id of a person who is renamed', async () => {
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
    });

    promise('keeps leading to the person by an id that another one of the dialect replaced', async () => {
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
    });

    promise(
      'leads to neither of two people who share an identifier, and to the one who is left',
      async () => {
        await here.registry.put(tenant, draft('ada', { profile: { email: 'us@example.com' } }));
        await here.registry.put(tenant, draft('bob', { profile: { email: 'US@example.com' } }));
        expect(await here.people.byIdentifier(tenant, 'email', 'us@example.com')).toBe('ambiguous');
        await here.registry.patch(tenant, 'bob', { profile: { email: null } });
        expect(await here.people.byIdentifier(tenant, 'email', 'us@example.com')).toMatchObject({
          id: 'ada',
        });
      },
    );

    promise('shows a change to another gateway that has just looked within two seconds', async () => {
      await here.registry.put(tenant, draft('ada', { aliases: { one: '1' }, profile: { firstName: 'A' } }));
      expect(await there.people.byAlias(tenant, 'one', '1')).toMatchObject({ profile: { firstName: 'A' } });
      await here.registry.patch(tenant, 'ada', { profile: { firstName: 'B' } });
      await within2Seconds(
        () => there.people.byAlias(tenant, 'one', '1'),
        (seen) => typeof seen === 'object' && seen.profile.firstName === 'B',
      );
    });

    promise('shows another gateway within two seconds that a name leads to somebody else', async () => {
      await here.registry.put(tenant, draft('ada', { aliases: { one: '1' } }));
      await here.registry.put(tenant, draft('bob'));
      const ask = () => there.people.byAlias(tenant, 'one', '1');
      expect(await ask()).toMatchObject({ id: 'ada' });
      await here.registry.unlink(tenant, 'ada', 'one', '1');
      await here.registry.link(tenant, 'bob', 'one', '1');
      await within2Seconds(ask, (seen) => typeof seen === 'object' && seen.id === 'bob');
      await here.registry.erase(tenant, subjectKey(tenant, 'bob'), 1_700_000_000_000);
      await within2Seconds(ask, (seen) => seen === 'erased');
    });

    promise('takes a batch as so many single puts, in order', async () => {
      const results = await here.registry.putMany(
        tenant,
        [
          draft('a', { aliases: { one: '1' } }),
          draft('b', { aliases: { one: '1' } }),
          draft('', {}),
          draft('a', { aliases: { two: '2' } }),
          draft('c', { profile: { email: 'x@example.com' } }),
          draft('d', { profile: { email: 'x@example.com' } }),
        ],
        'patch',
      );
      expect(results.map((result) => (result.kind === 'refused' ? result.problem : result.kind))).toEqual([
        'created',
        { kind: 'name-taken', pointer: '/aliases/one', value: '1' },
        { kind: 'invalid-person', pointer: '/id', reason: 'is empty' },
        'changed',
        'created',
        'created',
      ]);
      expect(await there.registry.read(tenant, 'a')).toMatchObject({ aliases: { one: '1', two: '2' } });
      const again = await there.registry.putMany(tenant, [draft('a', { aliases: { two: '2' } })], 'patch');
      expect(again.map(({ kind }) => kind)).toEqual(['unchanged']);
    });

    promise('lists everybody of the tenant, from any key on', async () => {
      const ids = Array.from({ length: 30 }, (_, number) => `p${number}`);
      await here.registry.putMany(
        tenant,
        ids.map((id) => draft(id)),
        'put',
      );
      await here.registry.put('elsewhere', draft('p0'));
      expect(await idsOf(there.registry)).toEqual(ids.toSorted());
      const keys: string[] = [];
      for await (const { key } of there.registry.list(tenant)) keys.push(key);
      const rest: string[] = [];
      for await (const { key } of there.registry.list(tenant, { after: String(keys[9]) })) rest.push(key);
      expect(rest).toEqual(keys.slice(10));
    });

    promise('makes a person of a subject that was made from an id, once', async () => {
      const subject = {
        key: subjectKey(tenant, 'alias:one:5'),
        tenant,
        id: 'alias:one:5',
        aliases: { one: '5' },
        profile: {},
        provisional: true as const,
      };
      await Promise.all([here.people.admit?.(subject), there.people.admit?.(subject)]);
      expect(await here.people.byAlias(tenant, 'one', '5')).toMatchObject({
        key: subject.key,
        id: 'alias:one:5',
      });
    });

    promise('leaves no name that leads to nobody, wherever a crash comes', async () => {
      const ada = draft('ada', { aliases: { one: '1' }, profile: { email: 'a@example.com' } });
      const changed = draft('ada', { aliases: { one: '2', two: '3' }, profile: { email: 'b@example.com' } });
      for (let steps = 0; ; steps += 1) {
        const own = `${tenant}-${steps}`;
        await here.registry.put(own, ada);
        const dying = openRegistry(diesAfter(backend.store.records, steps));
        const died = await dying.registry.put(own, changed).then(
          () => false,
          () => true,
        );
        // Whatever was left: every name of the person leads to them, and no other name does.
        const person = await there.registry.read(own, 'ada');
        expect([ada.aliases, changed.aliases]).toContainEqual(person?.aliases);
        for (const [space, value] of [
          ['alias/one', '1'],
          ['alias/one', '2'],
          ['alias/two', '3'],
        ] as const) {
          const found = await findByName(there.pages, own, { space, value, unique: true });
          const isListed = person?.aliases[space.slice(6)] === value;
          expect({ value, found: found?.kind }).toEqual({ value, found: isListed ? 'person' : undefined });
        }
        // What the dead one left in the way of others is no obstacle for long.
        const stranger = draft('eve', { aliases: { one: person?.aliases.one === '1' ? '2' : '1' } });
        expect((await there.registry.put(own, stranger)).kind).toBe('created');
        if (!died) return;
      }
    });

    async function idsOf(registry: PeopleRegistry): Promise<string[]> {
      const ids: string[] = [];
      for await (const { id } of registry.list(tenant)) ids.push(id);
      return ids.sort();
    }
  });
}
