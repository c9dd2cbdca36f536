import { isSubjectKey, type RecordStore, type Subject, type SubjectDirectory } from '../domain/index.ts';
import { madeId, readMadeId } from './made-id.ts';
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

/**
 * Joins several sources of people into one directory. For tenants whose subjects are not strict, it also
 * makes a person of an unknown id.
 */
export function createPeopleDirectory(parts: DirectoryParts): SubjectDirectory {
  const { sources, subjectKey, recordKey, records, warn } = parts;
  const open = new Set(parts.tenants.filter(({ strictSubjects }) => !strictSubjects).map(({ id }) => id));

  const isTaken = async (subject: Subject): Promise<boolean> => {
    for (const source of sources) if (await source.isTaken?.(subject)) return true;
    return false;
  };

  const make = async (tenant: string, dialect: string, alias: string): Promise<Subject> => {
    for (let nth = 0; ; nth += 1) {
      const id = madeId(dialect, alias, nth);
      const key = subjectKey(tenant, id);
      const aliases = { [dialect]: alias };
      const subject: Subject = { key, tenant, id, aliases, profile: {}, provisional: true };
      if (!(await isTaken(subject))) return subject;
    }
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
      if (found === undefined) return open.has(tenant) ? make(tenant, dialect, id) : undefined;
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
      const madeFrom = readMadeId(await subjectIdIn(records, recordKey(key), tenant));
      const subject = madeFrom && (await make(tenant, madeFrom.dialect, madeFrom.alias));
      return subject?.key === key ? subject : undefined;
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
