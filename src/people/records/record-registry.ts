import {
  ID_SPACE,
  type PeopleRegistry,
  type Person,
  type PersonPrecondition,
  ProblemError,
  requirePerson,
} from '../../domain/index.ts';
import { checkName, checkPerson, personPart } from '../check-person.ts';
import { patchJson } from '../patch-person.ts';
import { absorbPerson } from './absorb-person.ts';
import { draftOf, linkAlias, nextOf, renameEntry, unlinkAlias } from './change-entry.ts';
import { changePeople } from './change-people.ts';
import { erasePerson } from './erase-person.ts';
import { findPeople } from './find-people.ts';
import { findByKey, findByName } from './find-person.ts';
import { listPeople } from './list-people.ts';
import { isLiving, type LivingEntry, lists, personOf } from './person-entry.ts';
import { previewPeople, putPeople, putPerson, putResult, type RegistryParts } from './put-people.ts';

/** How often a call begins again because its id leads to another person meanwhile. */
const MAX_FOLLOWS = 8;

/** The people of the record store, with the functions that change them. */
export function createRecordRegistry(parts: RegistryParts): PeopleRegistry {
  const { pages, dialects } = parts;
  const find = (tenant: string, id: string) =>
    findByName(pages, tenant, { space: ID_SPACE, value: id, unique: true });

  /** The key of the person with the id. Throws where there is no such person, or where they were erased. */
  const keyOf = async (tenant: string, id: string): Promise<string> => {
    const found = await find(tenant, id);
    if (found?.kind === 'erased') throw new ProblemError({ kind: 'person-erased' });
    if (found?.kind !== 'person') throw new ProblemError({ kind: 'subject-not-found' });
    return found.key;
  };

  const change = async (
    tenant: string,
    id: string,
    precondition: PersonPrecondition | undefined,
    make: (before: LivingEntry) => LivingEntry | undefined,
  ): Promise<Person> => {
    for (let follows = 0; ; follows += 1) {
      const key = await keyOf(tenant, id);
      let moved = false;
      const [result] = await changePeople(pages, [
        {
          key,
          make(before) {
            moved = !isLiving(before) || !lists(before, { space: ID_SPACE, value: id });
            if (!isLiving(before) || moved) throw new ProblemError({ kind: 'subject-not-found' });
            requirePerson(precondition, before);
            return make(before);
          },
        },
      ]);
      if (moved && follows < MAX_FOLLOWS) continue;
      const changed = putResult(key, result);
      if (changed.kind === 'refused') throw new ProblemError(changed.problem);
      return changed.person;
    }
  };

  /** Leaves a person alone who would stay the same. */
  const edit = (
    tenant: string,
    id: string,
    precondition: PersonPrecondition | undefined,
    make: (before: LivingEntry) => LivingEntry,
  ) => change(tenant, id, precondition, (before) => nextOf(before, make(before)));

  const registry: PeopleRegistry = {
    check: (person) => checkPerson(personPart(person), dialects),
    async read(tenant, id) {
      const found = await find(tenant, id);
      if (found?.kind === 'erased') throw new ProblemError({ kind: 'person-erased' });
      return found?.kind === 'person' ? personOf(found.key, found.entry) : undefined;
    },
    async readKey(tenant, key) {
      const found = await findByKey(pages, tenant, key);
      return found?.kind === 'person' ? personOf(found.key, found.entry) : undefined;
    },
    async named(tenant, name) {
      const found = await findByName(pages, tenant, { ...name, unique: false });
      if (!found || found.kind === 'erased') return [];
      const keys = found.kind === 'person' ? [found.key] : found.keys;
      const people = await Promise.all(keys.map((key) => registry.readKey(tenant, key)));
      return people.flatMap((person) => person ?? []);
    },
    find: (tenant, value) => findPeople(registry, dialects, tenant, value),
    async put(tenant, draft, precondition) {
      const put = await putPerson(parts, tenant, draft, precondition);
      if (put.kind === 'refused') throw new ProblemError(put.problem);
      return put;
    },
    putMany: (tenant, drafts, mode) => putPeople(parts, tenant, drafts, mode),
    preview: (tenant, drafts, mode) => previewPeople(parts, tenant, drafts, mode),
    patch: (tenant, id, patch, precondition) =>
      edit(tenant, id, precondition, (before) => {
        const patched = checkPerson(patchJson(draftOf(before), patch), dialects);
        if (patched.id === before.id) return { ...before, ...patched };
        const reason = 'is changed by a rename alone';
        throw new ProblemError({ kind: 'invalid-person', pointer: '/id', reason });
      }),
    link: (tenant, id, dialect, alias, precondition) =>
      edit(tenant, id, precondition, (before) => {
        const linked = linkAlias(before, dialect, alias);
        checkPerson(draftOf(linked), dialects);
        return linked;
      }),
    unlink: (tenant, id, dialect, alias, precondition) =>
      edit(tenant, id, precondition, (before) => unlinkAlias(before, dialect, alias)),
    async rename(tenant, id, newId, precondition) {
      checkName(newId, '/id');
      return edit(tenant, id, precondition, (before) => renameEntry(before, newId));
    },
    claimVersion: (tenant, id, precondition) =>
      change(tenant, id, precondition, (before) => ({ ...before, version: before.version + 1 })),
    absorb: (tenant, sourceKey, survivorKey) => absorbPerson(pages, tenant, sourceKey, survivorKey),
    erase: (tenant, key, erasedAtMs, precondition) =>
      erasePerson(pages, tenant, key, erasedAtMs, precondition),
    list: (tenant, { after = '' } = {}) => listPeople(pages, tenant, after),
  };
  return registry;
}
