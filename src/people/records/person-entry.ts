import type { Json, Person, PersonName } from '../../domain/index.ts';
import { aliasSpace, namesOf, type SubjectProfile } from '../../domain/index.ts';
import { readMadeId } from '../made-id.ts';
import type { ClaimsText } from './name-claims.ts';

/*
 * Type aliases, not interfaces: only these are assignable to `Json`, which the record store takes.
 */

/** A person who exists. */
export type LivingEntry = {
  readonly tenant: string;
  readonly id: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly profile: SubjectProfile;
  readonly formerly?: Readonly<Record<string, readonly string[]>>;
  /** Keys of the people who were merged into this one. */
  readonly absorbed?: readonly string[];
  readonly version: number;
};

/** A person who was merged into another one. Every name of theirs leads to the other person. */
export type MergedEntry = { readonly tenant: string; readonly version: number; readonly mergedInto: string };

/**
 * What stays of an erased person: no data of theirs, but enough to keep their names from making a new person.
 */
export type ErasedEntry = {
  readonly tenant: string;
  readonly version: number;
  readonly erasedAtMs: number;
  /** Tokens of the names that led to the person. */
  readonly names: readonly string[];
};

/** An entry of a page of people, by key. */
export type PersonEntry = LivingEntry | MergedEntry | ErasedEntry;

/**
 * The people of a page in one text. Each has a line feed, the key, a blank and the entry as JSON. A look-up
 * parses one person, and a change writes one. As members of an object, the fifty people of a page took eight
 * times as long to parse, although only one was needed.
 */
export type PeopleText = string;

/** The people whose keys begin with the same bits. */
export type PeoplePage = { readonly schema: 2; readonly people: PeopleText };

/** The claims on names whose digests begin with the same bits. */
export type NamesPage = { readonly schema: 2; readonly names: ClaimsText };

/** Whether the entry is a person who exists. */
export function isLiving(entry: PersonEntry | undefined): entry is LivingEntry {
  return entry !== undefined && 'id' in entry;
}

/** The entry as a person. */
export function personOf(key: string, entry: LivingEntry): Person {
  const { tenant, id, aliases, identifiers, profile, formerly = {}, version } = entry;
  return { key, tenant, id, aliases, identifiers, profile, formerly, version };
}

/** Whether the person lists the name. Only then does a claim count. */
export function lists(entry: LivingEntry, { space, value }: Pick<PersonName, 'space' | 'value'>): boolean {
  return namesOf(entry).some((name) => name.space === space && name.value === value);
}

/** Whether the person was made from one of these ids, which is still theirs, and has no other id yet. */
export function wasMadeFrom(entry: LivingEntry, aliases: Readonly<Record<string, string>>): boolean {
  const made = readMadeId(entry.id);
  if (!made || !Object.hasOwn(aliases, made.dialect) || aliases[made.dialect] !== made.alias) return false;
  return lists(entry, { space: aliasSpace(made.dialect), value: made.alias });
}

/** Checks that a record of the store is a page of people. */
export function asPeoplePage(value: Json | undefined): PeoplePage {
  return asPage<PeoplePage>(value, 'people', { schema: 2, people: '' });
}

/** Checks that a record of the store is a page of names. */
export function asNamesPage(value: Json | undefined): NamesPage {
  return asPage<NamesPage>(value, 'names', { schema: 2, names: '' });
}

function asPage<Page extends { readonly schema: number }>(
  value: Json | undefined,
  member: string,
  empty: Page,
): Page {
  if (value === undefined) return empty;
  if (
    typeof value !== 'object' ||
    value === null ||
    !('schema' in value) ||
    value.schema !== empty.schema ||
    !(member in value)
  )
    throw new Error('a page of people of a schema that is not known here');
  return value as unknown as Page;
}
