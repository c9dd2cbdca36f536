import { type Json, type RecordStore, StoreError } from '../../domain/index.ts';
import { asNamesPage, asPeoplePage, type NamesPage, type PeoplePage } from './person-entry.ts';

/** How many pages a directory may have. This holds for pages of people and for pages of names alike. */
export const PAGE_COUNTS = [256, 1_024, 4_096, 16_384, 65_536] as const;

/** Enough for a million people. Then a page has about as many bytes as a small picture. */
export const USUAL_PAGE_COUNT = 4_096;

/** Prefix of every record of the directory. */
export const PEOPLE_PREFIX = 'people/';

/** A page as it was read. Without a version it does not exist yet. */
export interface ReadPage<Page> {
  readonly page: Page;
  readonly version?: string;
}

/** The kinds of pages, by what they hold. */
interface PageKinds {
  readonly people: PeoplePage;
  readonly names: NamesPage;
}

/** The pages of the directory in the record store. */
export interface DirectoryPages {
  /** How many pages of each kind there are; `undefined` before the first person. */
  count(): Promise<number | undefined>;
  /** The same, but makes the directory where there is none. */
  establish(): Promise<number>;
  /** The index of the page for a digest that begins with these 16 bits. */
  indexOf(first16Bits: number, count: number): number;
  /** The page as the store holds it now. */
  read<K extends keyof PageKinds>(kind: K, index: number): Promise<ReadPage<PageKinds[K]>>;
  /** Whether the page still has that version; `false` also where only a read would tell. */
  isStill(kind: keyof PageKinds, index: number, version: string): Promise<boolean>;
  /** The indexes of the pages that exist, from `first` on, in rising order. */
  present(kind: keyof PageKinds, first: number): AsyncIterable<number>;
  /** Replaces the page unless it was changed meanwhile. */
  swap<K extends keyof PageKinds>(
    kind: K,
    index: number,
    expected: string | undefined,
    page: PageKinds[K],
  ): Promise<'swapped' | 'conflict'>;
  /**
   * How many swaps this process has finished, with any result. A page that was read before the last one may
   * be outdated.
   */
  swaps(): number;
}

/** See `DirectoryPages`. */
export function createDirectoryPages(records: RecordStore): DirectoryPages {
  let known: number | undefined;
  let swaps = 0;

  const count = async () => {
    known ??= countIn((await records.read(SETUP))?.value);
    return known;
  };

  return {
    count,
    async establish() {
      const found = await count();
      if (found !== undefined) return found;
      await records.swap(SETUP, undefined, { schema: 1, pages: USUAL_PAGE_COUNT });
      known = countIn((await records.read(SETUP))?.value);
      if (known === undefined) throw new StoreError('damaged');
      return known;
    },
    swaps: () => swaps,
    indexOf: (first16Bits, pages) => Math.floor((first16Bits * pages) / 65_536),
    async read(kind, index) {
      const found = await records.read(pageKey(kind, pageName(index)));
      // The key says which kind of page it is.
      const page = (kind === 'people' ? asPeoplePage : asNamesPage)(found?.value) as PageKinds[typeof kind];
      return { page, ...(found ? { version: found.version } : {}) };
    },
    isStill: async (kind, index, version) =>
      (await records.isStill?.(pageKey(kind, pageName(index)), version)) ?? false,
    async *present(kind, first) {
      const prefix = pageKey(kind, '');
      const after = first === 0 ? undefined : pageKey(kind, pageName(first - 1));
      for await (const key of records.list(prefix, after === undefined ? {} : { after }))
        yield Number.parseInt(key.slice(prefix.length), 16);
    },
    async swap(kind, index, expected, page) {
      const key = pageKey(kind, pageName(index));
      try {
        return (await records.swap(key, expected, page)) === 'conflict' ? 'conflict' : 'swapped';
      } catch (cause) {
        if (cause instanceof RangeError)
          throw new StoreError('full', { cause: new Error(TOO_FULL, { cause }) });
        throw cause;
      } finally {
        swaps += 1;
      }
    },
  };
}

/**
 * Sets the number of pages of a directory without people. Throws where the directory has another number
 * already.
 */
export async function establishPages(records: RecordStore, pages: number): Promise<void> {
  await records.swap(SETUP, undefined, { schema: 1, pages });
  const found = countIn((await records.read(SETUP))?.value);
  if (found !== pages) throw new Error(`the directory has ${found} pages already, and their number is fixed`);
}

const SETUP = `${PEOPLE_PREFIX}setup`;
const TOO_FULL =
  'a page of the directory of people is full: export, make a directory with more pages, import';

function pageKey(kind: keyof PageKinds, name: string): string {
  return `${PEOPLE_PREFIX}${kind}/${name}`;
}

function pageName(index: number): string {
  return index.toString(16).padStart(4, '0');
}

function countIn(value: Json | undefined): number | undefined {
  return typeof value === 'object' && value !== null && 'pages' in value && typeof value.pages === 'number'
    ? value.pages
    : undefined;
}
