import { recordKey } from '../core/storage-keys.ts';
import { subjectKey } from '../core/subject-key.ts';
import { recordsWithoutPerson } from '../maintenance/check-people.ts';
import { openPeople } from '../people/open-people.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';

/** Counts the records with pictures of people who are in no directory of the settings. */
export async function countUnknownPeople(
  settings: Pick<Settings, 'tenants' | 'dialects' | 'people'>,
  { records }: Store,
): Promise<number> {
  const { directory } = openPeople({ settings, records, subjectKey, recordKey, warn: () => {} });
  let count = 0;
  for await (const _ of recordsWithoutPerson({ directory, records })) count += 1;
  return count;
}

/** The count as a line to read; empty where it is zero. */
export function tellUnknownPeople(count: number): string[] {
  return count === 0
    ? []
    : [`${count} records name pictures of people whom no directory knows: polyface people check names them`];
}
