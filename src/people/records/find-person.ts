import type { PersonName } from '../../domain/index.ts';
import type { DirectoryPages, ReadPage } from './directory-pages.ts';
import { forEachAtOnce, groupBy } from './in-groups.ts';
import { claimantsIn } from './name-claims.ts';
import { digestOfName } from './name-digest.ts';
import { entryIn } from './people-text.ts';
import {
  type ErasedEntry,
  isLiving,
  type LivingEntry,
  lists,
  type PeoplePage,
  type PersonEntry,
} from './person-entry.ts';

/** How many merges in a row a look-up follows. */
const MAX_MERGES = 16;

/** The person that a name or a key leads to. */
export type FoundEntry =
  | {
      readonly kind: 'person';
      readonly key: string;
      readonly entry: LivingEntry;
      /** The version of the page that the entry was read from, where it is known. */
      readonly pageVersion?: string | undefined;
    }
  | { readonly kind: 'erased'; readonly key: string; readonly entry: ErasedEntry }
  /** Two people share the name. */
  | { readonly kind: 'ambiguous'; readonly keys: readonly string[] };

/** How many pages are read at once. */
const AT_ONCE = 16;

type Claimant = Awaited<ReturnType<typeof findByKey>>;

/** A name to be looked up. */
export type AskedName = Pick<PersonName, 'space' | 'value' | 'unique'>;

/** The person that the name leads to. A claim counts only if its person lists the name. */
export async function findByName(
  pages: DirectoryPages,
  tenant: string,
  name: AskedName,
): Promise<FoundEntry | undefined> {
  const count = await pages.count();
  if (count === undefined) return undefined;
  const { place, token } = digestOfName(tenant, name);
  const { page } = await pages.read('names', pages.indexOf(place, count));
  const claimants: Claimant[] = [];
  for (const key of claimantsIn(page.names, token)) claimants.push(await findByKey(pages, tenant, key));
  return whoLists(name, token, claimants);
}

/** The same for many names. Each page is read once. The results have the order of the names. */
export async function findManyByName(
  pages: DirectoryPages,
  tenant: string,
  names: readonly AskedName[],
): Promise<readonly (FoundEntry | undefined)[]> {
  const count = await pages.count();
  if (count === undefined) return names.map(() => undefined);
  const asked = names.map((name) => ({ name, ...digestOfName(tenant, name) }));
  const claims = new Map<string, readonly string[]>();
  await forEachAtOnce(
    groupBy(asked, ({ place }) => pages.indexOf(place, count)),
    AT_ONCE,
    async ([index, ofPage]) => {
      const { page } = await pages.read('names', index);
      for (const { token } of ofPage) {
        const claimants = claimantsIn(page.names, token);
        if (claimants.length > 0) claims.set(token, claimants);
      }
    },
  );
  const entries = new Map<string, PersonEntry>();
  const keys = new Set([...claims.values()].flat());
  await forEachAtOnce(
    groupBy(keys, (key) => pages.indexOf(placeOfKey(key), count)),
    AT_ONCE,
    async ([index, ofPage]) => {
      const { people } = (await pages.read('people', index)).page;
      for (const key of ofPage) {
        const entry = entryIn(people, key);
        if (entry) entries.set(key, entry);
      }
    },
  );
  const found: (FoundEntry | undefined)[] = [];
  for (const { name, token } of asked) {
    const claimants: Claimant[] = [];
    for (const key of claims.get(token) ?? []) {
      const entry = entries.get(key);
      if (!isLiving(entry)) claimants.push(await findByKey(pages, tenant, key));
      else if (entry.tenant === tenant) claimants.push({ kind: 'person', key, entry });
    }
    found.push(whoLists(name, token, claimants));
  }
  return found;
}

function whoLists(name: AskedName, token: string, claimants: readonly Claimant[]): FoundEntry | undefined {
  const found = new Map<string, LivingEntry>();
  for (const there of claimants) {
    if (there?.kind === 'erased' && there.entry.names.includes(token)) return there;
    if (there?.kind !== 'person' || !lists(there.entry, name)) continue;
    if (name.unique) return there;
    found.set(there.key, there.entry);
  }
  const [first, ...others] = found;
  if (!first) return undefined;
  if (others.length > 0) return { kind: 'ambiguous', keys: [...found.keys()] };
  return { kind: 'person', key: first[0], entry: first[1] };
}

/** The person with the key. After a merge, the person who absorbed them. */
export async function findByKey(
  pages: DirectoryPages,
  tenant: string,
  key: string,
): Promise<Exclude<FoundEntry, { kind: 'ambiguous' }> | undefined> {
  let at = key;
  for (let merges = 0; merges <= MAX_MERGES; merges += 1) {
    const read = await pageOf(pages, at);
    const entry = read && entryIn(read.page.people, at);
    if (entry?.tenant !== tenant) return undefined;
    if (isLiving(entry)) return { kind: 'person', key: at, entry, pageVersion: read?.version };
    if (!('mergedInto' in entry)) return { kind: 'erased', key: at, entry };
    at = entry.mergedInto;
  }
  throw new Error('people were merged in a circle');
}

/** The person with the key, if they list the name. */
export async function findListing(
  pages: DirectoryPages,
  tenant: string,
  name: AskedName,
  key: string,
): Promise<FoundEntry | undefined> {
  const found = await findByKey(pages, tenant, key);
  return found?.kind === 'person' && lists(found.entry, name) ? found : undefined;
}

/** The entry under the key itself, without following merges. */
export async function entryAt(pages: DirectoryPages, key: string): Promise<PersonEntry | undefined> {
  const read = await pageOf(pages, key);
  return read && entryIn(read.page.people, key);
}

/**
 * Whether the page of the person with the key still has that version; `false` also where only a read would
 * tell.
 */
export async function isPageStill(
  pages: DirectoryPages,
  key: string,
  version: string | undefined,
): Promise<boolean> {
  const count = await pages.count();
  if (count === undefined || version === undefined) return false;
  return pages.isStill('people', pages.indexOf(placeOfKey(key), count), version);
}

async function pageOf(pages: DirectoryPages, key: string): Promise<ReadPage<PeoplePage> | undefined> {
  const count = await pages.count();
  if (count === undefined) return undefined;
  return pages.read('people', pages.indexOf(placeOfKey(key), count));
}

/** The first 16 bits of a key. */
export function placeOfKey(key: string): number {
  return Number.parseInt(key.slice(0, 4), 16);
}
