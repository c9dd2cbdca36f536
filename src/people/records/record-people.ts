import { aliasSpace, comparable, identifierSpace } from '../../domain/index.ts';
import type { Found, PeopleSource } from '../people-source.ts';
import { admitSubject, isKeyTaken } from './admit-subject.ts';
import type { DirectoryPages } from './directory-pages.ts';
import {
  type AskedName,
  type FoundEntry,
  findByKey,
  findByName,
  findListing,
  isPageStill,
} from './find-person.ts';
import { createKnownPeople } from './known-people.ts';
import { listPeople } from './list-people.ts';

/**
 * How long a result is used without asking the store, so that every gateway sees a change within two seconds.
 */
const BELIEVED_MS = 1_000;

/** A look-up. */
interface Ask {
  /** The same text for the same name. */
  readonly place: string;
  readonly find: () => Promise<FoundEntry | undefined>;
  /**
   * For a name that leads to one person at most: looks at that person again, which reads one page instead of
   * two. `undefined` where the name is no longer theirs.
   */
  readonly findAgain?: (key: string) => Promise<FoundEntry | undefined>;
}

/**
 * The people of the record store for look-ups. A result is at most a second old. "Not found" is always
 * current.
 */
export function createRecordPeople(pages: DirectoryPages): PeopleSource {
  const known = createKnownPeople();

  const look = async ({ place, find, findAgain }: Ask): Promise<Found> => {
    const before = known.get(place);
    const asked = { askedAtMs: performance.now(), swaps: pages.swaps() };
    if (before && asked.askedAtMs - before.askedAtMs < BELIEVED_MS && asked.swaps === before.swaps)
      return before.found;
    const person = findAgain && typeof before?.found === 'object' ? before.found : undefined;
    if (person && (await isPageStill(pages, person.key, before?.pageVersion))) {
      known.set(place, { found: person, pageVersion: before?.pageVersion, ...asked });
      return person;
    }
    const entry = (person && (await findAgain?.(person.key))) ?? (await find());
    const found = subjectOf(entry);
    if (found === undefined) known.drop(place);
    else known.set(place, { found, pageVersion: pageVersionOf(entry), ...asked });
    return found;
  };

  return {
    async byAlias(tenant, dialect, id) {
      const name = { space: aliasSpace(dialect), value: id, unique: true };
      const subject = await look({
        place: placeOf(tenant, name),
        find: () => findByName(pages, tenant, name),
        findAgain: (key) => findListing(pages, tenant, name, key),
      });
      // The answer shows a former id to those who asked by it.
      return typeof subject === 'object' && subject.aliases[dialect] !== id
        ? { ...subject, aliases: { ...subject.aliases, [dialect]: id } }
        : subject;
    },
    byIdentifier(tenant, identifier, value) {
      const space = identifierSpace(identifier);
      const name = { space, value: comparable(identifier, value), unique: false };
      return look({ place: placeOf(tenant, name), find: () => findByName(pages, tenant, name) });
    },
    byKey(tenant, key) {
      const find = () => findByKey(pages, tenant, key);
      return look({ place: placeOf(tenant, { space: 'key', value: key }), find, findAgain: find });
    },
    list: (tenant) => listPeople(pages, tenant, ''),
    isTaken: (subject) => isKeyTaken(pages, subject),
    admit: (subject) => admitSubject(pages, subject),
  };
}

function placeOf(tenant: string, { space, value }: Pick<AskedName, 'space' | 'value'>): string {
  return `${tenant}\0${space}\0${value}`;
}

function subjectOf(found: FoundEntry | undefined): Found {
  if (found?.kind !== 'person') return found?.kind;
  const { tenant, id, aliases, profile } = found.entry;
  return { key: found.key, tenant, id, aliases, profile };
}

function pageVersionOf(found: FoundEntry | undefined): string | undefined {
  return found?.kind === 'person' ? found.pageVersion : undefined;
}
