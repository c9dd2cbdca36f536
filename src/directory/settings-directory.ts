import type { RecordStore, Subject, SubjectDirectory } from '../domain/index.ts';
import type { SubjectSettings, TenantSettings } from '../settings/settings.ts';

/** What the directory needs from `core`: where a subject lies, and which id a record was made for. */
export interface DirectoryParts {
  readonly tenants: readonly TenantSettings[];
  readonly subjectKey: (tenant: string, subjectId: string) => string;
  readonly recordKey: (subjectKey: string) => string;
  readonly records: RecordStore;
}

/** The id of a subject that was made from an alias because the tenant's subjects are not strict. */
const MADE_FROM = /^alias:([a-z0-9-]+):(.+)$/s;

/** The people of the settings; and, for tenants whose subjects are not strict, whoever is asked for. */
export function createSettingsDirectory({
  tenants,
  subjectKey,
  recordKey,
  records,
}: DirectoryParts): SubjectDirectory {
  const byTenant = new Map(
    tenants.map((tenant) => [tenant.id, indexOf(tenant, (id) => subjectKey(tenant.id, id))]),
  );

  const made = (tenant: string, dialect: string, alias: string): Subject => {
    const id = `alias:${dialect}:${alias}`;
    return { key: subjectKey(tenant, id), tenant, id, aliases: { [dialect]: alias }, profile: {} };
  };

  return {
    async byAlias(tenant, dialect, id) {
      const index = byTenant.get(tenant);
      const known = index?.byAlias.get(aliasKey(dialect, id));
      return known ?? (index?.strict === false ? made(tenant, dialect, id) : undefined);
    },
    async byIdentifier(tenant, name, value) {
      return byTenant.get(tenant)?.byIdentifier.get(identifierKey(name, value));
    },
    async byKey(tenant, key) {
      const index = byTenant.get(tenant);
      const known = index?.byKey.get(key);
      if (known || index?.strict !== false) return known;
      const madeFrom = MADE_FROM.exec(await subjectIdIn(records, recordKey(key), tenant));
      return madeFrom?.[1] && madeFrom[2] ? made(tenant, madeFrom[1], madeFrom[2]) : undefined;
    },
  };
}

interface TenantIndex {
  readonly strict: boolean;
  readonly byAlias: ReadonlyMap<string, Subject>;
  readonly byIdentifier: ReadonlyMap<string, Subject>;
  readonly byKey: ReadonlyMap<string, Subject>;
}

function indexOf(tenant: TenantSettings, keyOf: (subjectId: string) => string): TenantIndex {
  const byAlias = new Map<string, Subject>();
  const byIdentifier = new Map<string, Subject>();
  const byKey = new Map<string, Subject>();
  for (const entry of tenant.subjects) {
    const { id, aliases, profile } = entry;
    const subject: Subject = { key: keyOf(id), tenant: tenant.id, id, aliases, profile };
    byKey.set(subject.key, subject);
    for (const [dialect, alias] of Object.entries(aliases)) byAlias.set(aliasKey(dialect, alias), subject);
    for (const [name, value] of identifiersOf(entry)) byIdentifier.set(identifierKey(name, value), subject);
  }
  return { strict: tenant.strictSubjects, byAlias, byIdentifier, byKey };
}

/** The named identifiers; the profile's e-mail address and phone number count as `email` and `mobile` unless others are named. */
function identifiersOf({ identifiers, profile }: SubjectSettings): [string, string][] {
  return Object.entries({
    ...(profile.email === undefined ? {} : { email: profile.email }),
    ...(profile.phoneNumber === undefined ? {} : { mobile: profile.phoneNumber.replace(/^\+/, '') }),
    ...identifiers,
  });
}

function aliasKey(dialect: string, id: string): string {
  return `${dialect}\0${id}`;
}

function identifierKey(name: string, value: string): string {
  return `${name}\0${name === 'email' ? value.toLowerCase() : value}`;
}

async function subjectIdIn(records: RecordStore, key: string, tenant: string): Promise<string> {
  const value = (await records.read(key))?.value;
  if (typeof value !== 'object' || value === null || !('tenant' in value) || value.tenant !== tenant)
    return '';
  return 'subjectId' in value && typeof value.subjectId === 'string' ? value.subjectId : '';
}
