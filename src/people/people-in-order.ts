import { isSubjectKey, type RecordStore, type Subject, type SubjectDirectory } from '../domain/index.ts';
import type { Found, PeopleSource } from './people-source.ts';

/** The parts of the directory. */
export interface DirectoryParts {
  /** The first source that knows the person wins. */
  readonly sources: readonly PeopleSource[];
  readonly tenants: readonly { readonly id: string; readonly strictSubjects: boolean }[];
  readonly subjectKey: (tenant: string, subjectId: string) => string;
  readonly recordKey: (subjectKey: string) => string;
  readonly records: RecordStore;
  readonly warn: (message: string) => void;
}

/** The id of a person who was made from an id because the tenant's subjects are not strict. */
const MADE_FROM = /^alias:([a-z0-9-]+):(.+)$/s;

/** The id of a person who is made from an id in a dialect. */
export function madeId(dialect: string, alias: string): string {
  return `alias:${dialect}:${alias}`;
}

/**
 * Joins several sources of people into one directory. For tenants whose subjects are not strict, it also
 * makes a person of an unknown id.
 */
export function createPeopleDirectory(parts: DirectoryParts): SubjectDirectory {
  const { sources, subjectKey, recordKey, records, warn } = parts;
  const open = new Set(parts.tenants.filter(({ strictSubjects }) => !strictSubjects).map(({ id }) => id));

  const made = (tenant: string, dialect: string, alias: string): Subject => {
    const id = madeId(dialect, alias);
    const key = subjectKey(tenant, id);
    return { key, tenant, id, aliases: { [dialect]: alias }, profile: {}, provisional: true };
  };

  const first = async (ask: (source: PeopleSource) => Promise<Found>): Promise<Found> => {
    for (const source of sources) {
      const found = await ask(source);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    async byAlias(tenant, dialect, id) {
      const found = await first((source) => source.byAlias(tenant, dialect, id));
      if (found === undefined) return open.has(tenant) ? made(tenant, dialect, id) : undefined;
      return subjectOf(found);
    },
    async byIdentifier(tenant, name, value) {
      const found = await first((source) => source.byIdentifier(tenant, name, value));
      if (found === 'ambiguous')
        warn(`tenant ${tenant}: two people share an identifier ${name}; a look-up by it finds neither`);
      return subjectOf(found);
    },
    async byKey(tenant, key) {
      if (!isSubjectKey(key)) return undefined;
      const found = await first((source) => source.byKey(tenant, key));
      if (found !== undefined || !open.has(tenant)) return subjectOf(found);
      const madeFrom = MADE_FROM.exec(await subjectIdIn(records, recordKey(key), tenant));
      return madeFrom?.[1] && madeFrom[2] ? made(tenant, madeFrom[1], madeFrom[2]) : undefined;
    },
    list(tenant) {
      if (open.has(tenant)) return undefined;
      const lists = sources.flatMap(({ list }) => list ?? []);
      return lists.length === sources.length ? listAll(lists, tenant) : undefined;
    },
    async admit(subject) {
      for (const { admit } of sources) await admit?.(subject);
    },
  };
}

async function* listAll(
  lists: readonly NonNullable<PeopleSource['list']>[],
  tenant: string,
): AsyncGenerator<Subject> {
  for (const list of lists) yield* list(tenant);
}

function subjectOf(found: Found): Subject | undefined {
  return typeof found === 'object' ? found : undefined;
}

/** The id that a record was made for; empty where the tenant has no such record. */
export async function subjectIdIn(records: RecordStore, key: string, tenant: string): Promise<string> {
  const value = (await records.read(key))?.value;
  if (typeof value !== 'object' || value === null || !('tenant' in value) || value.tenant !== tenant)
    return '';
  return 'subjectId' in value && typeof value.subjectId === 'string' ? value.subjectId : '';
}
