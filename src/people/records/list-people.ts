import type { Person } from '../../domain/index.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { placeOfKey } from './find-person.ts';
import { entriesIn } from './people-text.ts';
import { isLiving, type PeoplePage, personOf } from './person-entry.ts';

/** How many pages are read at once. */
const AT_ONCE = 16;

/** See `PeopleRegistry.list`. Both the pages and the people in them are in the order of keys. */
export async function* listPeople(
  pages: DirectoryPages,
  tenant: string,
  after: string,
): AsyncIterable<Person> {
  const count = await pages.count();
  if (count === undefined) return;
  for await (const page of pagesFrom(pages, after === '' ? 0 : pages.indexOf(placeOfKey(after), count))) {
    for (const [key, entry] of entriesIn(page.people)) {
      if (key > after && isLiving(entry) && entry.tenant === tenant) yield personOf(key, entry);
    }
  }
}

async function* pagesFrom(pages: DirectoryPages, first: number): AsyncIterable<PeoplePage> {
  let next: number[] = [];
  const readAll = async () => {
    const read = await Promise.all(next.map((index) => pages.read('people', index)));
    next = [];
    return read.map(({ page }) => page);
  };
  for await (const index of pages.present('people', first)) {
    next.push(index);
    if (next.length === AT_ONCE) yield* await readAll();
  }
  yield* await readAll();
}
