import { subjectKey } from '../../src/core/subject-key.ts';
import {
  type PeopleRegistry,
  type PersonDraft,
  ProblemError,
  type RecordStore,
} from '../../src/domain/index.ts';
import type { PeopleSource } from '../../src/people/people-source.ts';
import { createDirectoryPages, type DirectoryPages } from '../../src/people/records/directory-pages.ts';
import { createRecordPeople } from '../../src/people/records/record-people.ts';
import { createRecordRegistry } from '../../src/people/records/record-registry.ts';
import type { StoreUnderTest } from '../../src/store/promises/store-promise.ts';

/** One gateway's view of a directory in a store. */
export interface RegistryUnderTest {
  readonly pages: DirectoryPages;
  readonly registry: PeopleRegistry;
  readonly people: PeopleSource;
}

/** Opens the directory of a store, as a gateway would. */
export function openRegistry(records: RecordStore): RegistryUnderTest {
  const pages = createDirectoryPages(records);
  const dialects = new Set(['one', 'two']);
  return {
    pages,
    registry: createRecordRegistry({
      pages,
      dialects,
      keyFor: (tenant, id, nth) => subjectKey(tenant, nth === 0 ? id : `${id}\0${nth}`),
    }),
    people: createRecordPeople(pages),
  };
}

/** A person with an id in the dialect `one`. */
export function draft(id: string, change: Partial<PersonDraft> = {}): PersonDraft {
  return { id, aliases: {}, identifiers: {}, profile: {}, ...change };
}

/** The kind of the problem that the call ends in. */
export async function problemOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (cause) {
    if (cause instanceof ProblemError) return cause.problem.kind;
    throw cause;
  }
  return 'none';
}

/** A store whose process dies at the write after so many. */
export function diesAfter(records: RecordStore, writes: number): RecordStore {
  let left = writes;
  return {
    ...records,
    capabilities: records.capabilities,
    read: (key) => records.read(key),
    list: (prefix, options) => records.list(prefix, options),
    remove: (key, expected) => records.remove(key, expected),
    swap(key, expected, value) {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('the process died')) : records.swap(key, expected, value);
    },
  };
}

/** Asks until the answer is the wanted one; throws after two seconds. */
export async function within2Seconds<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
): Promise<void> {
  const beganAtMs = performance.now();
  while (!isWanted(await ask())) {
    if (performance.now() - beganAtMs > 2_000) throw new Error('not seen within two seconds');
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

/** Records in which something else happens once, before the first write under the prefix. */
export function onceBefore(records: RecordStore, prefix: string, happen: () => Promise<void>): RecordStore {
  let happened = false;
  return {
    ...diesAfter(records, Number.POSITIVE_INFINITY),
    async swap(key, expected, value) {
      if (!happened && key.startsWith(prefix)) {
        happened = true;
        await happen();
      }
      return records.swap(key, expected, value);
    },
  };
}

/** Two gateways on one store, and a tenant that no other promise uses. */
export interface RegistryBench {
  readonly backend: StoreUnderTest;
  readonly here: RegistryUnderTest;
  readonly there: RegistryUnderTest;
  readonly tenant: string;
}

/** A promise of `PeopleRegistry`: a sentence that follows "the registry", and its test. */
export type RegistryPromise = readonly [sentence: string, hold: (bench: RegistryBench) => Promise<void>];
