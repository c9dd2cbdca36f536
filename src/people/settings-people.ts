import { aliasSpace, comparable, identifierSpace, namesOf, type Subject } from '../domain/index.ts';
import type { TenantSettings } from '../settings/settings.ts';
import type { Found, PeopleSource } from './people-source.ts';

/**
 * With more people than this, a start and a manual change take too long. Such people belong into the record
 * store.
 */
export const MANY_PEOPLE_IN_SETTINGS = 2_000;

/** The people of the settings: for demos, for tests, and for people who change as seldom as the settings. */
export function createSettingsPeople({
  tenants,
  subjectKey,
}: {
  readonly tenants: readonly Pick<TenantSettings, 'id' | 'subjects'>[];
  readonly subjectKey: (tenant: string, subjectId: string) => string;
}): PeopleSource {
  const byKey = new Map<string, Subject>();
  const byName = new Map<string, Found>();
  for (const { id: tenant, subjects } of tenants) {
    for (const entry of subjects) {
      const { id, aliases, profile } = entry;
      const subject: Subject = { key: subjectKey(tenant, id), tenant, id, aliases, profile };
      byKey.set(subject.key, subject);
      for (const { space, value } of namesOf(entry)) {
        const name = nameKey(tenant, space, value);
        byName.set(name, byName.has(name) ? 'ambiguous' : subject);
      }
    }
  }
  return {
    byAlias: async (tenant, dialect, id) => byName.get(nameKey(tenant, aliasSpace(dialect), id)),
    byIdentifier: async (tenant, name, value) =>
      byName.get(nameKey(tenant, identifierSpace(name), comparable(name, value))),
    async byKey(tenant, key) {
      const found = byKey.get(key);
      return found?.tenant === tenant ? found : undefined;
    },
    async *list(tenant) {
      for (const subject of byKey.values()) if (subject.tenant === tenant) yield subject;
    },
  };
}

function nameKey(tenant: string, space: string, value: string): string {
  return `${tenant}\0${space}\0${value}`;
}
