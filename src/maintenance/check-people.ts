import { bodiesNamedBy } from '../core/body-references.ts';
import { RECORD_PREFIX, subjectKeyOf } from '../core/storage-keys.ts';
import { subjectKey } from '../core/subject-key.ts';
import { namesOf, type PeopleRegistry, type RecordStore, type SubjectDirectory } from '../domain/index.ts';
import { readCheckedRecord } from './read-checked-record.ts';

/** Faults among the people of a tenant. */
export interface PeopleFindings {
  readonly people: number;
  /** Names of a person that do not lead to them. */
  readonly lost: readonly { readonly id: string; readonly pointer: string }[];
  /** Identifiers that two people share. */
  readonly shared: readonly { readonly identifier: string; readonly ids: readonly string[] }[];
  /** Records whose person is in no directory. */
  readonly orphans: readonly OrphanRecord[];
}

/** A record whose person is in no directory: the settings or the registry no longer list them. */
export interface OrphanRecord {
  readonly key: string;
  readonly subjectId: string;
  readonly pictures: number;
}

/** The people and their records. */
export interface CheckedPlaces {
  readonly registry: PeopleRegistry;
  readonly directory: SubjectDirectory;
  readonly records: RecordStore;
}

/** How a check runs. */
export interface CheckRun {
  /** Ends the check: it throws the reason. */
  readonly signal?: AbortSignal;
  /** Called with how much is done, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Checks every name against the person who lists it, and every record against the directory. */
export async function checkPeople(
  { registry, directory, records }: CheckedPlaces,
  tenant: string,
  { signal, onProgress }: CheckRun = {},
): Promise<PeopleFindings> {
  let people = 0;
  const lost: { id: string; pointer: string }[] = [];
  const shared = new Map<string, { identifier: string; ids: string[] }>();
  for await (const person of registry.list(tenant)) {
    signal?.throwIfAborted();
    people += 1;
    onProgress?.(fractionOf(person.key) / 2);
    for (const name of namesOf(person)) {
      const found = await registry.named(tenant, name);
      if (!found.some(({ key }) => key === person.key)) lost.push({ id: person.id, pointer: name.pointer });
      if (found.length > 1)
        shared.set(`${name.space}\0${name.value}`, {
          identifier: name.space,
          ids: found.map(({ id }) => id).sort(),
        });
    }
  }
  const orphans: OrphanRecord[] = [];
  for await (const orphan of recordsWithoutPerson({ directory, records }, tenant)) {
    signal?.throwIfAborted();
    onProgress?.((1 + fractionOf(orphan.key)) / 2);
    orphans.push(orphan);
  }
  return { people, lost, shared: [...shared.values()], orphans };
}

/** Records of the tenant, or of every tenant, that name a picture and whose person is in no directory. */
export async function* recordsWithoutPerson(
  { directory, records }: Pick<CheckedPlaces, 'directory' | 'records'>,
  tenant?: string,
): AsyncIterable<OrphanRecord> {
  for await (const place of records.list(RECORD_PREFIX)) {
    const key = subjectKeyOf(place);
    const read = await readCheckedRecord(records, place);
    // Fsck reports records that cannot be read. They say nothing about their person.
    if (read.kind !== 'good') continue;
    const { record } = read;
    if (tenant !== undefined && record.tenant !== tenant) continue;
    const pictures = Object.values(record.slots).filter(({ kind }) => kind === 'image').length;
    if (bodiesNamedBy(record).size === 0) continue;
    // A shadow's record has another key for the same person.
    const keys = [key, subjectKey(record.tenant, record.subjectId)];
    const known = await Promise.all(keys.map((one) => directory.byKey(record.tenant, one)));
    if (known.some((subject) => subject !== undefined)) continue;
    yield { key, subjectId: record.subjectId, pictures };
  }
}

/** How far a walk through all people is. Keys are digests, and people come in the order of their keys. */
function fractionOf(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16) / 2 ** 32;
}
