import type { SubjectProfile } from './subject.ts';

/**
 * One name of a person. A `unique` name leads to one person at most. Any other name may be shared, and then
 * it finds no one.
 */
export interface PersonName {
  /** `id`, `alias/<dialect>` or `identifier/<name>`. */
  readonly space: string;
  readonly value: string;
  readonly unique: boolean;
  /** Where in the person it stands (RFC 6901). */
  readonly pointer: string;
}

/** The part of a person that names are made of. */
interface Named {
  readonly id: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly profile: SubjectProfile;
  readonly formerly?: Readonly<Record<string, readonly string[]>>;
}

/** Where ids of people are looked up. */
export const ID_SPACE = 'id';

/** Where the ids of a dialect are looked up. */
export function aliasSpace(dialect: string): string {
  return `alias/${dialect}`;
}

const IDENTIFIER = 'identifier/';

/** Where a further identifier is looked up. */
export function identifierSpace(name: string): string {
  return IDENTIFIER + name;
}

/** Values compare exactly, e-mail without regard to case. */
export function comparable(identifier: string, value: string): string {
  return identifier === 'email' ? value.toLowerCase() : value;
}

/** Every name that leads to the person. */
export function namesOf({ id, aliases, identifiers, profile, formerly = {} }: Named): PersonName[] {
  const unique = (space: string, value: string, pointer: string) => ({ space, value, unique: true, pointer });
  return [
    unique(ID_SPACE, id, '/id'),
    ...Object.entries(aliases).map(([dialect, alias]) =>
      unique(aliasSpace(dialect), alias, `/aliases/${step(dialect)}`),
    ),
    ...Object.entries(formerly).flatMap(([place, values]) =>
      values.map((value) =>
        place.startsWith(IDENTIFIER)
          ? { space: place, value, unique: false, pointer: `/formerly/${step(place)}` }
          : unique(place === ID_SPACE ? ID_SPACE : aliasSpace(place), value, `/formerly/${step(place)}`),
      ),
    ),
    ...identifiersOf({ identifiers, profile }).map(([name, value]) => ({
      space: identifierSpace(name),
      value: comparable(name, value),
      unique: false,
      pointer: `/identifiers/${step(name)}`,
    })),
  ];
}

/**
 * The named identifiers; the profile's e-mail address and phone number count as `email` and `mobile` unless
 * others are named.
 */
export function identifiersOf({
  identifiers,
  profile,
}: {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly profile: Pick<SubjectProfile, 'email' | 'phoneNumber'>;
}): [string, string][] {
  return Object.entries({
    ...(profile.email === undefined ? {} : { email: profile.email }),
    ...(profile.phoneNumber === undefined ? {} : { mobile: profile.phoneNumber.replace(/^\+/, '') }),
    ...identifiers,
  });
}

function step(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
