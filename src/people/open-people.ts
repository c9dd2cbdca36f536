import type { Clock, PeopleRegistry, RecordStore, SubjectDirectory } from '../domain/index.ts';
import type { Settings } from '../settings/settings.ts';
import { createHttpPeople } from './http-people.ts';
import { createPeopleDirectory, madeId, subjectIdIn } from './people-in-order.ts';
import type { PeopleSource } from './people-source.ts';
import { admitSubject } from './records/admit-subject.ts';
import { createDirectoryPages } from './records/directory-pages.ts';
import { entryAt } from './records/find-person.ts';
import { isLiving } from './records/person-entry.ts';
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
          keyFor: subjectKey,
          async madeFrom(tenant, aliases) {
            if (!open.has(tenant)) return undefined;
            for (const [dialect, alias] of Object.entries(aliases)) {
              const id = madeId(dialect, alias);
              const key = subjectKey(tenant, id);
              const entry = await entryAt(pages, key);
              const isMade = entry ? isLiving(entry) && entry.id === id : await records.read(recordKey(key));
              if (isMade) return key;
            }
            return undefined;
          },
        });
        return createRecordPeople(pages, (subject) => admitSubject(pages, subject));
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
