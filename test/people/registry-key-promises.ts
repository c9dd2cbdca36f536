import { expect } from '@jest/globals';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { PeopleRegistry, Person } from '../../src/domain/index.ts';
import { draft, onceBefore, openRegistry, problemOf, type RegistryPromise } from './registry-rig.ts';

/** A key belongs to one person for good, whatever becomes of their ids. */
export const KEY_PROMISES: readonly RegistryPromise[] = [
  [
    'gives an id that was set free to another person, who gets a key of their own',
    async ({ here, there, tenant }) => {
      const eve = await freeId(here.registry, tenant);
      const [previewed] = await here.registry.preview(tenant, [draft('e1')], 'put');
      expect(previewed).toMatchObject({ kind: 'created' });
      const max = await here.registry.put(tenant, draft('e1', { profile: { firstName: 'Max' } }));
      expect([max.kind, max.person.id, max.person.version]).toEqual(['created', 'e1', 1]);
      expect(max.person.key).not.toBe(eve.key);
      expect(await there.registry.read(tenant, 'eve')).toEqual(eve);
      expect((await there.registry.put(tenant, draft('e1', { profile: {} }))).person.key).toBe(
        max.person.key,
      );
    },
  ],
  [
    'gives an id that was set free twice to a third person',
    async ({ here, tenant }) => {
      const eve = await freeId(here.registry, tenant);
      const [max] = await here.registry.putMany(tenant, [draft('e1')], 'patch');
      await here.registry.rename(tenant, 'e1', 'max');
      await here.registry.unlink(tenant, 'max', 'id', 'e1');
      const [pia, same] = await here.registry.putMany(tenant, [draft('e1'), draft('e1')], 'patch');
      expect([max, pia, same].map((one) => one?.kind)).toEqual(['created', 'created', 'unchanged']);
      const keys = [eve, personOf(max), personOf(pia)].map(({ key }) => key);
      expect(new Set(keys).size).toBe(3);
    },
  ],
  [
    'gives the id of a person who was merged away to nobody else under their key',
    async ({ here, tenant }) => {
      const { registry } = here;
      const e1 = await registry.put(tenant, draft('e1'));
      const eve = await registry.put(tenant, draft('eve'));
      await registry.absorb(tenant, e1.person.key, eve.person.key);
      await registry.unlink(tenant, 'eve', 'id', 'e1');
      const { kind, person } = await registry.put(tenant, draft('e1'));
      expect(kind).toBe('created');
      expect([e1.person.key, eve.person.key]).not.toContain(person.key);
      expect(await registry.readKey(tenant, e1.person.key)).toMatchObject({ id: 'eve' });
    },
  ],
  [
    'gives the key of an erased person to nobody, not even to the next person with an id that was not theirs any more',
    async ({ here, tenant }) => {
      const eve = await freeId(here.registry, tenant);
      await here.registry.erase(tenant, eve.key, 1);
      const { kind, person } = await here.registry.put(tenant, draft('e1'));
      expect([kind, person.key === eve.key]).toEqual(['created', false]);
      expect(await problemOf(here.registry.put(tenant, draft('eve')))).toBe('person-erased');
    },
  ],
  [
    'makes one person of an id that was set free, however many ask for it at once',
    async ({ here, there, tenant }) => {
      await freeId(here.registry, tenant);
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
          (racer % 2 ? here : there).registry.put(tenant, draft('e1')),
        ),
      );
      expect(new Set(results.map(({ person }) => person.key)).size).toBe(1);
      expect(results.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    },
  ],
  [
    'puts nothing into a person whose id is set free while it is put',
    async ({ backend, here, there, tenant }) => {
      const { person: eve } = await here.registry.put(tenant, draft('e1'));
      const racing = openRegistry(
        onceBefore(backend.store.records, 'people/people/', async () => {
          await there.registry.rename(tenant, 'e1', 'eve');
          await there.registry.unlink(tenant, 'eve', 'id', 'e1');
        }),
      );
      const put = await racing.registry.put(tenant, draft('e1', { profile: { firstName: 'Max' } }));
      expect([put.kind, put.person.key === eve.key]).toEqual(['created', false]);
      expect(await there.registry.read(tenant, 'eve')).toMatchObject({ key: eve.key, profile: {} });
    },
  ],
  [
    'makes nobody of an id in a dialect under a key that is not theirs',
    async ({ here, tenant }) => {
      const id = 'alias:one:5';
      const key = subjectKey(tenant, id);
      const subject = { key, tenant, id, aliases: { one: '5' }, profile: {}, provisional: true as const };
      await here.people.admit?.(subject);
      expect(await here.people.isTaken?.(subject)).toBe(false);
      await here.registry.unlink(tenant, id, 'one', '5');
      expect(await here.people.isTaken?.(subject)).toBe(true);
      expect(await problemOf(Promise.resolve(here.people.admit?.(subject)))).toBe('conflict');
      await here.registry.erase(tenant, key, 1);
      expect(await here.people.isTaken?.(subject)).toBe(true);
      expect(await problemOf(Promise.resolve(here.people.admit?.(subject)))).toBe('conflict');
    },
  ],
];

/** Eve, who had the id `e1` and has it no more. */
async function freeId(registry: PeopleRegistry, tenant: string): Promise<Person> {
  await registry.put(tenant, draft('e1'));
  await registry.rename(tenant, 'e1', 'eve');
  return registry.unlink(tenant, 'eve', 'id', 'e1');
}

function personOf(result: { readonly kind: string; readonly person?: Person } | undefined): Person {
  if (!result?.person) throw new Error(`no person: ${result?.kind}`);
  return result.person;
}
