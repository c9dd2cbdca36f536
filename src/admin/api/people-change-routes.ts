import { type Request, Router } from 'express';
import { erasePerson } from '../../core/erase-person.ts';
import { mergePeople, type PeopleParts, previewMerge } from '../../core/merge-people.ts';
import {
  type Json,
  type Person,
  type PersonPrecondition,
  type Problem,
  ProblemError,
} from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { personOf, sendPerson } from './describe-person.ts';
import { noChangeableDirectory } from './people-work.ts';
import { versionChanged, wantedVersions } from './resource-version.ts';
import {
  type AdminCall,
  bodyMembers,
  forRole,
  optionalText,
  queryText,
  requiredText,
  runAudited,
} from './route.ts';

/** Links, merges and erases people. An entry of the audit log names them only by their keys. */
export function createPeopleChangeRoutes(parts: AdminParts): Router {
  const router = Router();
  const changeAlias = (act: 'link' | 'unlink') =>
    forRole(parts, 'operate', async (call) => {
      const members = bodyMembers(call.request);
      const dialect = requiredText(members, 'dialect');
      const alias = requiredText(members, 'alias');
      const { tenant, id } = await personOf(parts, call.request);
      const changed = await changePerson(parts, call, `people.${act}`, { dialect }, ({ registry }) =>
        registry[act](tenant, id, dialect, alias, readPrecondition(call.request)),
      );
      return sendPerson(parts, call.response, changed);
    });
  router.post('/people/:tenant/:key/aliases', changeAlias('link'));
  router.delete('/people/:tenant/:key/aliases', changeAlias('unlink'));

  router.post(
    '/people/:tenant/:key/rename',
    forRole(parts, 'operate', async (call) => {
      const newId = requiredText(bodyMembers(call.request), 'id');
      const { tenant, id } = await personOf(parts, call.request);
      const changed = await changePerson(parts, call, 'people.rename', {}, ({ registry }) =>
        registry.rename(tenant, id, newId, readPrecondition(call.request)),
      );
      return sendPerson(parts, call.response, changed);
    }),
  );

  router.get(
    '/people/:tenant/:key/merge',
    forRole(parts, 'read', async ({ request }) => {
      const { source, survivor } = await findBothPeople(parts, request, queryText(request, 'into') ?? '');
      const preview = await explainRefusals(() =>
        previewMerge(peopleParts(parts), source.tenant, source.id, survivor.id),
      );
      return describeMerge(preview);
    }),
  );

  router.post(
    '/people/:tenant/:key/merge',
    forRole(parts, 'operate', async (call) => {
      const members = bodyMembers(call.request);
      const { source, survivor } = await findBothPeople(parts, call.request, requiredText(members, 'into'));
      const seen = { source: readPrecondition(call.request), survivor: readSurvivorVersion(members) };
      const merged = await changePerson(parts, call, 'people.merge', { into: survivor.key }, (people) =>
        mergePeople(people, source.tenant, source.id, survivor.id, seen),
      );
      return describeMerge(merged);
    }),
  );

  router.post(
    '/people/:tenant/:key/erase',
    forRole(parts, 'admin', async (call) => {
      const { tenant, id } = await personOf(parts, call.request);
      const confirmed = requiredText(bodyMembers(call.request), 'id');
      if (confirmed !== id)
        throw new AdminProblem(
          409,
          'The id that was typed in does not belong to this person: nothing was done.',
        );
      const erasure = parts.current().people?.erasure;
      if (!erasure) throw noChangeableDirectory();
      return await changePerson(parts, call, 'people.erase', {}, (people) =>
        erasePerson(people, tenant, id, erasure, readPrecondition(call.request)),
      );
    }),
  );
  return router;
}

/** The condition that `If-Match` sets for the change. */
function readPrecondition(request: Request): PersonPrecondition | undefined {
  const versions = wantedVersions(request);
  return versions && { kind: 'versions', versions: versions.map(Number) };
}

/** The version of the survivor on which the merge was based. */
function readSurvivorVersion({
  intoVersion,
}: Readonly<Record<string, unknown>>): PersonPrecondition | undefined {
  if (intoVersion === undefined) return undefined;
  if (typeof intoVersion !== 'number' || !Number.isInteger(intoVersion))
    throw new AdminProblem(400, '"intoVersion" is a whole number: the version of the person who stays.');
  return { kind: 'versions', versions: [intoVersion] };
}

/** Changes a person, and writes the change to the audit log. */
function changePerson<T>(
  parts: AdminParts,
  { request, operator }: AdminCall,
  action: string,
  after: Json,
  act: (people: PeopleParts) => Promise<T>,
): Promise<T> {
  const { tenant, key } = request.params;
  return runAudited(
    parts,
    {
      operator,
      action,
      target: `${String(tenant)}/${String(key)}`,
      reason: optionalText(bodyMembers(request), 'reason'),
    },
    () => explainRefusals(() => act(peopleParts(parts))),
    () => ({ result: 'done', after }),
  );
}

function peopleParts({ current, records, objects, clock }: AdminParts): PeopleParts {
  const { people, background } = current();
  if (!people) throw noChangeableDirectory();
  const { registry, keepers } = people;
  return { registry, keepers, records, objects, background, clock };
}

async function findBothPeople(parts: AdminParts, request: Request, into: string) {
  const source = await personOf(parts, request);
  const { directory } = parts.current();
  const survivor = await directory.byKey(source.tenant, into);
  if (!survivor) throw new AdminProblem(404, 'There is no such person to merge into.');
  return { source, survivor };
}

function describeMerge({
  source,
  survivor,
  adoptedSlots,
  droppedSlots,
}: Awaited<ReturnType<typeof previewMerge>>) {
  return {
    source: describeNames(source),
    survivor: describeNames(survivor),
    adoptedSlots,
    droppedSlots,
  };
}

function describeNames({ key, id, version, aliases }: Person) {
  return { key, id, version, aliases };
}

/** Turns a refusal of the registry into a refusal of the API. */
async function explainRefusals<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'precondition-failed') throw versionChanged();
    const refusal = cause instanceof ProblemError ? REFUSALS[cause.problem.kind] : undefined;
    if (refusal) throw new AdminProblem(...refusal);
    throw cause;
  }
}

const REFUSALS: Readonly<Partial<Record<Problem['kind'], readonly [status: number, message: string]>>> = {
  'subject-not-found': [
    404,
    'There is no such person among those that can be changed here. People of the settings are changed in the settings.',
  ],
  'person-erased': [409, 'The person was erased.'],
  'name-taken': [409, 'That id belongs to another person: merge the two instead.'],
  'invalid-person': [
    400,
    'That is not a valid id in a dialect that is served here, or both ids already belong to one person.',
  ],
  conflict: [409, 'Another change of the same person is under way: try again.'],
};
