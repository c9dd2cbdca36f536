import { expect } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PeopleRegistry } from '../../src/domain/index.ts';
import { findByName } from '../../src/people/records/find-person.ts';
import { diesAfter, draft, openRegistry, problemOf, type RegistryPromise } from './registry-rig.ts';

/** How people are changed: by several writers at once, in batches, and over a crash. */
export const CHANGE_PROMISES: readonly RegistryPromise[] = [
  [
    'lets exactly one of 20 racers have a name, and gives the others no half of it',
    async ({ here, there, tenant }) => {
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
      expect(await idsOf(here.registry, tenant)).toEqual([`p${winner}`]);
      const losers = results.map((_, racer) => racer).filter((racer) => racer !== winner);
      for (const racer of losers) expect(await here.registry.read(tenant, `p${racer}`)).toBeUndefined();
    },
  ],
  [
    'lets exactly one of 20 racers make a person',
    async ({ here, there, tenant }) => {
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
    },
  ],
  [
    'loses no change of writers who each change something else at once',
    async ({ here, there, tenant }) => {
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
    },
  ],
  [
    'holds every change against the version that the caller meant',
    async ({ here, tenant }) => {
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
    },
  ],
  [
    'lets exactly one of 20 racers go on from the version that all of them saw',
    async ({ here, there, tenant }) => {
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
    },
  ],
  [
    'leaves a person alone who is put as they are',
    async ({ here, there, tenant }) => {
      const ada = draft('ada', { profile: { firstName: 'Ada', lastName: 'L' } });
      await here.registry.put(tenant, ada);
      const again = await there.registry.put(tenant, {
        ...ada,
        profile: { lastName: 'L', firstName: 'Ada' },
      });
      expect({ kind: again.kind, version: again.person.version }).toEqual({ kind: 'unchanged', version: 1 });
    },
  ],
  [
    'takes a batch as single puts in order',
    async ({ here, there, tenant }) => {
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
    },
  ],
  [
    'lists everybody of the tenant, from any key on',
    async ({ here, there, tenant }) => {
      const ids = Array.from({ length: 30 }, (_, number) => `p${number}`);
      await here.registry.putMany(
        tenant,
        ids.map((id) => draft(id)),
        'put',
      );
      await here.registry.put('elsewhere', draft('p0'));
      expect(await idsOf(there.registry, tenant)).toEqual(ids.toSorted());
      const keys: string[] = [];
      for await (const { key } of there.registry.list(tenant)) keys.push(key);
      const rest: string[] = [];
      for await (const { key } of there.registry.list(tenant, { after: String(keys[9]) })) rest.push(key);
      expect(rest).toEqual(keys.slice(10));
    },
  ],
  [
    'makes a person of a subject that was made from an id, once',
    async ({ here, there, tenant }) => {
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
    },
  ],
  [
    'leaves no name without a person after a crash at any point',
    async ({ backend, here, there, tenant }) => {
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
    },
  ],
];

async function idsOf(registry: PeopleRegistry, tenant: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of registry.list(tenant)) ids.push(id);
  return ids.sort();
}
