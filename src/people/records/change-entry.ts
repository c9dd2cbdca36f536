import {
  comparable,
  ID_SPACE,
  identifierSpace,
  identifiersOf,
  type PersonDraft,
  ProblemError,
} from '../../domain/index.ts';
import type { LivingEntry } from './person-entry.ts';

/** The entry with the next version; `undefined` where nothing changed. */
export function nextOf(before: LivingEntry, after: LivingEntry): LivingEntry | undefined {
  if (JSON.stringify(sortMembers(before)) === JSON.stringify(sortMembers(after))) return undefined;
  return { ...after, version: before.version + 1 };
}

function sortMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sortMembers(member)]),
  );
}

/** The person with an id in a dialect. The earlier id still leads to them. */
export function linkAlias(before: LivingEntry, dialect: string, alias: string): LivingEntry {
  const former = [...formerIds(before, dialect), ...[before.aliases[dialect]].flatMap((one) => one ?? [])];
  return {
    ...before,
    aliases: { ...before.aliases, [dialect]: alias },
    ...withFormer(
      before,
      dialect,
      former.filter((one) => one !== alias),
    ),
  };
}

/**
 * Former ids in a dialect. Its name comes from a request and may be one that every object has, such as
 * `constructor`.
 */
function formerIds({ formerly = {} }: LivingEntry, dialect: string): readonly string[] {
  return Object.hasOwn(formerly, dialect) ? (formerly[dialect] ?? []) : [];
}

/**
 * The person without an id in a dialect, which may be a former one. Throws `subject-not-found` where it is
 * not theirs.
 */
export function unlinkAlias(before: LivingEntry, dialect: string, alias: string): LivingEntry {
  const former = formerIds(before, dialect);
  const { [dialect]: current, ...others } = before.aliases;
  if (current !== alias) {
    if (!former.includes(alias)) throw new ProblemError({ kind: 'subject-not-found' });
    const left = former.filter((one) => one !== alias);
    return { ...before, ...withFormer(before, dialect, left) };
  }
  const next = former.at(-1);
  return {
    ...before,
    aliases: next === undefined ? others : { ...others, [dialect]: next },
    ...withFormer(before, dialect, former.slice(0, -1)),
  };
}

/** The person with another id. The old id still leads to them. */
export function renameEntry(before: LivingEntry, newId: string): LivingEntry {
  if (before.id === newId) return before;
  const former = [...(before.formerly?.id ?? []), before.id].filter((one) => one !== newId);
  return { ...before, id: newId, ...withFormer(before, ID_SPACE, former) };
}

/** The former names of the entry, with those in one place replaced by these. */
export function withFormer(
  before: LivingEntry,
  place: string,
  former: readonly string[],
): Pick<LivingEntry, 'formerly'> {
  const { [place]: _, ...others } = before.formerly ?? {};
  const names = [...new Set(former)];
  return { formerly: names.length > 0 ? { ...others, [place]: names } : others };
}

/**
 * The person with everything of another one that they lack. Where both have a name, the other one's name
 * leads to them as well.
 */
export function withPerson(before: LivingEntry, key: string, other: LivingEntry): LivingEntry {
  const former: Record<string, string[]> = {};
  const add = (place: string, values: readonly string[]) => {
    former[place] = [...new Set([...(former[place] ?? []), ...values])];
  };
  for (const [place, values] of Object.entries(before.formerly ?? {})) add(place, values);
  for (const [place, values] of Object.entries(other.formerly ?? {})) add(place, values);
  add(ID_SPACE, [other.id]);
  for (const [dialect, alias] of Object.entries(other.aliases))
    if (before.aliases[dialect] !== undefined) add(dialect, [alias]);
  const after: LivingEntry = {
    ...before,
    aliases: { ...other.aliases, ...before.aliases },
    identifiers: { ...other.identifiers, ...before.identifiers },
    profile: { ...other.profile, ...before.profile },
    absorbed: [...new Set([...(before.absorbed ?? []), ...(other.absorbed ?? []), key])],
  };
  const kept = new Set(identifiersOf(after).map(([name, value]) => `${name}\0${value}`));
  for (const [name, value] of identifiersOf(other))
    if (!kept.has(`${name}\0${value}`)) add(identifierSpace(name), [comparable(name, value)]);
  return { ...after, formerly: former };
}

/** The members of the person that a caller can set. */
export function draftOf({ id, aliases, identifiers, profile }: LivingEntry): PersonDraft {
  return { id, aliases, identifiers, profile };
}
