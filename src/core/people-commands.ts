import {
  isJsonObject,
  type OutcomeOf,
  type PeopleCommand,
  type PeopleOutcomes,
  type PeopleRegistry,
  type Person,
  type PersonChange,
  type PersonPrecondition,
  type Principal,
  ProblemError,
  type PutResult,
} from '../domain/index.ts';
import type { UseCaseParts } from './core-parts.ts';
import { erasePerson } from './erase-person.ts';
import { mergePeople, type PeopleParts, previewMerge } from './merge-people.ts';
import type { ErasureParts } from './person-keeper.ts';
import { imagesOf } from './slots.ts';
import { readSubjectRecord } from './subject-records.ts';

type Parts = PeopleParts & { readonly erasure: ErasureParts };

/**
 * Carries out a command on the registry, in the caller's tenant only. Throws `route-not-found` where the
 * settings name no registry that can be changed.
 */
export async function runPeopleCommand(
  { people, ...parts }: UseCaseParts,
  command: PeopleCommand,
  { tenant }: Principal,
): Promise<PeopleOutcomes[keyof PeopleOutcomes]> {
  if (!people) throw new ProblemError({ kind: 'route-not-found' });
  const all: Parts = { ...parts, ...people };
  switch (command.kind) {
    case 'read-person':
      return readPerson(all, tenant, command.id, command.images);
    case 'list-people':
      return listPeople(all.registry, tenant, command.after, command.limit);
    case 'find-people':
      return { kind: 'people-found', found: await all.registry.find(tenant, command.value) };
    case 'change-person':
      return changePerson(all.registry, tenant, command.id, command.change, command.onlyIf);
    case 'put-people':
      return { kind: 'people-put', results: await putRows(all.registry, tenant, command) };
    case 'merge-people': {
      const merge = command.preview ? previewMerge : mergePeople;
      const done = await merge(all, tenant, command.id, command.survivor);
      return { kind: 'people-merged', merged: !command.preview, merge: done };
    }
    case 'erase-person': {
      const receipt = await erasePerson(all, tenant, command.id, all.erasure, command.onlyIf);
      return { kind: 'person-erased', receipt };
    }
  }
}

async function readPerson(
  { registry, records }: Parts,
  tenant: string,
  id: string,
  withImages: boolean,
): Promise<OutcomeOf<'read-person'>> {
  const person = await registry.read(tenant, id);
  if (!person) throw new ProblemError({ kind: 'subject-not-found' });
  const record = withImages ? (await readSubjectRecord(records, person.key)).record : undefined;
  return { kind: 'person-read', person, images: record ? imagesOf(record) : [] };
}

async function listPeople(
  registry: PeopleRegistry,
  tenant: string,
  after: string | undefined,
  limit: number,
): Promise<OutcomeOf<'list-people'>> {
  const people: Person[] = [];
  for await (const person of registry.list(tenant, after === undefined ? {} : { after })) {
    if (people.length === limit) return { kind: 'people-listed', people, next: people.at(-1)?.key ?? '' };
    people.push(person);
  }
  return { kind: 'people-listed', people };
}

async function changePerson(
  registry: PeopleRegistry,
  tenant: string,
  id: string,
  change: PersonChange,
  onlyIf: PersonPrecondition | undefined,
): Promise<OutcomeOf<'change-person'>> {
  const reportChange = (person: Person, created = false) =>
    ({ kind: 'person-changed', person, created }) as const;
  switch (change.kind) {
    case 'put': {
      const put = await registry.put(tenant, registry.check(change.person), onlyIf);
      return reportChange(put.person, put.kind === 'created');
    }
    case 'patch':
      if (!isJsonObject(change.patch))
        throw new ProblemError({ kind: 'invalid-person', pointer: '', reason: 'is not an object' });
      return reportChange(await registry.patch(tenant, id, change.patch, onlyIf));
    case 'link':
    case 'unlink':
      return reportChange(await registry[change.kind](tenant, id, change.dialect, change.alias, onlyIf));
    case 'rename':
      return reportChange(await registry.rename(tenant, id, change.newId, onlyIf));
  }
}

/** Puts rows of people, or says what that would do. The results are in the order of the rows. */
export async function putRows(
  registry: PeopleRegistry,
  tenant: string,
  { rows, mode, dryRun }: Omit<Extract<PeopleCommand, { kind: 'put-people' }>, 'kind'>,
): Promise<OutcomeOf<'put-people'>['results']> {
  const checked = rows.map(({ row, person }) => ({ row, ...checkRow(registry, person) }));
  const drafts = checked.flatMap(({ draft }) => draft ?? []);
  const put = await registry[dryRun ? 'preview' : 'putMany'](tenant, drafts, mode);
  const results = put.values();
  return checked.map(({ row, refused }) => ({ row, result: refused ?? nextOf(results) }));
}

function checkRow(registry: PeopleRegistry, person: Parameters<PeopleRegistry['check']>[0]) {
  try {
    if (person === undefined)
      throw new ProblemError({ kind: 'invalid-person', pointer: '', reason: 'is no JSON' });
    return { draft: registry.check(person) };
  } catch (cause) {
    if (!(cause instanceof ProblemError) || cause.problem.kind !== 'invalid-person') throw cause;
    return { refused: { kind: 'refused', problem: cause.problem } satisfies PutResult };
  }
}

function nextOf(results: Iterator<PutResult>): PutResult {
  const { value, done } = results.next();
  if (done === true) throw new Error('a row without a result');
  return value;
}
