import {
  aliasSpace,
  comparable,
  type FoundPerson,
  ID_SPACE,
  identifierSpace,
  type PeopleRegistry,
  type Person,
} from '../../domain/index.ts';

/** Identifiers that `find` tries besides the ids. */
const IDENTIFIERS = ['email', 'mobile', 'externalId'];

/** See `PeopleRegistry.find`. */
export async function findPeople(
  registry: Pick<PeopleRegistry, 'named'>,
  dialects: Iterable<string>,
  tenant: string,
  value: string,
): Promise<readonly FoundPerson[]> {
  const names = [
    { by: ID_SPACE, space: ID_SPACE, value },
    ...[...dialects].map((dialect) => ({ by: dialect, space: aliasSpace(dialect), value })),
    ...IDENTIFIERS.map((name) => ({
      by: name,
      space: identifierSpace(name),
      value: comparable(name, value),
    })),
  ];
  const found = new Map<string, { person: Person; by: string[] }>();
  for (const name of names) {
    for (const person of await registry.named(tenant, name)) {
      const entry = found.get(person.key) ?? { person, by: [] };
      entry.by.push(name.by);
      found.set(person.key, entry);
    }
  }
  return [...found.values()];
}
