import {
  aliasSpace,
  type Clock,
  type PeopleRegistry,
  type RecordStore,
  type SubjectDirectory,
} from '../domain/index.ts';
import type { Settings } from '../settings/settings.ts';
import { createHttpPeople } from './http-people.ts';
import { madeId } from './made-id.ts';
import { createPeopleDirectory, subjectIdIn } from './people-in-order.ts';
import type { PeopleSource } from './people-source.ts';
import { createDirectoryPages } from './records/directory-pages.ts';
import { entryAt, findByName } from './records/find-person.ts';
import { wasMadeFrom } from './records/person-entry.ts';
import { createRecordPeople } from './records/record-people.ts';
import { createRecordRegistry } from './records/record-registry.ts';
import { createSettingsPeople, MANY_PEOPLE_IN_SETTINGS } from './settings-people.ts';

/** Looks people up and changes them. */
export interface People {
  readonly directory: SubjectDirectory;
  /** Absent where the settings leave `records` out. Then people cannot be changed. */
  readonly registry?: PeopleRegistry;
}

/** Opens the directories that the settings name. */
export function openPeople({
  settings,
  records,
  subjectKey,
  recordKey,
  warn,
  clock = { nowMs: () => Date.now() },
}: {
  readonly settings: Pick<Settings, 'tenants' | 'dialects' | 'people'>;
  readonly records: RecordStore;
  readonly subjectKey: (tenant: string, subjectId: string) => string;
  readonly recordKey: (subjectKey: string) => string;
  readonly warn: (message: string) => void;
  readonly clock?: Clock;
}): People {
  const { tenants } = settings;
  let registry: PeopleRegistry | undefined;
  const sources: PeopleSource[] = settings.people.directories.map((source) => {
    switch (source.kind) {
      case 'settings':
        return createSettingsPeople({ tenants, subjectKey });
      case 'records': {
        const pages = createDirectoryPages(records);
        const dialects = new Set(Object.keys(settings.dialects));
        const open = new Set(tenants.filter(({ strictSubjects }) => !strictSubjects).map(({ id }) => id));
        registry = createRecordRegistry({
          pages,
          dialects,
          keyFor: (tenant, id, nth) => subjectKey(tenant, nth === 0 ? id : `${id}\0${nth}`),
          async madeFrom(tenant, aliases) {
            if (!open.has(tenant)) return undefined;
            for (const [dialect, alias] of Object.entries(aliases)) {
              const name = { space: aliasSpace(dialect), value: alias, unique: true };
              const found = await findByName(pages, tenant, name);
              if (found?.kind === 'person' && wasMadeFrom(found.entry, { [dialect]: alias }))
                return found.key;
              if (found) continue;
              // A release that stored no people may have stored pictures.
              const key = subjectKey(tenant, madeId(dialect, alias));
              if (!(await entryAt(pages, key)) && (await records.read(recordKey(key)))) return key;
            }
            return undefined;
          },
        });
        return createRecordPeople(pages);
      }
      case 'http': {
        const dialects = new Set(Object.keys(settings.dialects));
        const subjectIdOf = (tenant: string, key: string) => subjectIdIn(records, recordKey(key), tenant);
        return createHttpPeople({ settings: source, dialects, subjectKey, subjectIdOf, clock });
      }
    }
  });
  const listed = tenants.reduce((total, { subjects }) => total + subjects.length, 0);
  if (listed > MANY_PEOPLE_IN_SETTINGS)
    warn(
      `the settings list ${listed} people; above ${MANY_PEOPLE_IN_SETTINGS} keep them in the record store (polyface people import)`,
    );
  const directory = createPeopleDirectory({ sources, tenants, subjectKey, recordKey, records, warn });
  return { directory, ...(registry ? { registry } : {}) };
}
