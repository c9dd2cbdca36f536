import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { exportPerson } from '../../core/export-person.ts';
import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  ID_SPACE,
  mediaTypeOf,
  type Person,
  type StoredPicture,
  type Subject,
  type SubjectRecord,
} from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { describePerson, personOf, sendPerson } from './describe-person.ts';
import { noChangeableDirectory } from './people-work.ts';
import { forRole, queryText, runAudited } from './route.ts';

/** Finds people by any of their ids, and shows their stored pictures. */
export function createPeopleRoutes(parts: AdminParts): Router {
  const { records } = parts;
  const router = Router();

  router.get(
    '/people',
    forRole(parts, 'read', async ({ request }) => {
      const wanted = queryText(request, 'find');
      if (wanted === undefined)
        throw new AdminProblem(400, 'The parameter "find" is an id, an e-mail address or a phone number.');
      const tenant = queryText(request, 'tenant');
      const tenants = parts
        .current()
        .settings.tenants.map(({ id }) => id)
        .filter((id) => tenant === undefined || id === tenant);
      const found = await Promise.all(tenants.map((id) => findEverywhere(parts, id, wanted)));
      return { items: await Promise.all(found.flat().map((person) => describePerson(parts, person))) };
    }),
  );

  router.get(
    '/people/:tenant',
    forRole(parts, 'read', async ({ request, response }) => {
      const { settings, people } = parts.current();
      const tenant = String(request.params.tenant);
      if (!settings.tenants.some(({ id }) => id === tenant))
        throw new AdminProblem(404, 'The settings name no such tenant.');
      if (!people) throw noChangeableDirectory();
      response.type('application/x-ndjson');
      await pipeline(linesOf(people.registry.list(tenant)), response);
      return undefined;
    }),
  );

  router.get(
    '/people/:tenant/:key',
    forRole(parts, 'read', async ({ request, response }) => {
      return sendPerson(parts, response, await personOf(parts, request));
    }),
  );

  router.get(
    '/people/:tenant/:key/pictures/:slot/:rendition',
    forRole(parts, 'admin', async ({ request, response, operator }) => {
      if (!parts.admin.showPictures)
        throw new AdminProblem(403, 'The settings do not let operators see pictures (admin.showPictures).');
      const person = await personOf(parts, request);
      const { record } = await readSubjectRecord(records, person.key);
      const picture = pictureOf(record, String(request.params.slot), String(request.params.rendition));
      const body = picture && (await parts.objects.get(picture.key));
      if (!picture || !body) throw new AdminProblem(404, 'There is no such picture.');
      await runAudited(
        parts,
        {
          operator,
          action: 'pictures.view',
          target: `${person.tenant}/${person.key}/${String(request.params.slot)}`,
        },
        async () => {},
      );
      response.set({
        'Content-Type': mediaTypeOf(picture.format),
        'Content-Length': String(picture.bytes),
        'Content-Disposition': 'inline',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        'Cache-Control': 'private, no-store',
      });
      await pipeline(body.stream, response);
      return undefined;
    }),
  );
  return router;
}

async function* linesOf(people: AsyncIterable<Person>): AsyncIterable<string> {
  for await (const person of people) yield `${JSON.stringify(exportPerson(person))}\n`;
}

const IDENTIFIERS = ['email', 'mobile', 'phoneNumber', 'externalId'];

/**
 * Every person whom the value finds: as a key, a person's own id, an id in any dialect, or a further
 * identifier.
 */
async function findEverywhere(
  { current }: AdminParts,
  tenant: string,
  wanted: string,
): Promise<readonly Subject[]> {
  const { settings, directory, dialects, people } = current();
  const inSettings = settings.tenants
    .find(({ id }) => id === tenant)
    ?.subjects.find(({ id }) => id === wanted);
  const aliases = [
    ...dialects.map(({ dialect }) => [dialect.name, wanted] as const),
    ...Object.entries(inSettings?.aliases ?? {}),
  ];
  const found = await Promise.all([
    directory.byKey(tenant, wanted),
    ...aliases.map(([dialect, alias]) => directory.byAlias(tenant, dialect, alias)),
    ...IDENTIFIERS.map((name) => directory.byIdentifier(tenant, name, wanted)),
  ]);
  const named = (await people?.registry.named(tenant, { space: ID_SPACE, value: wanted })) ?? [];
  const byKey = new Map(
    [...found, ...named].flatMap((person) => (person ? [[person.key, person] as const] : [])),
  );
  // A person who is created at the first upload does not exist before it.
  return [...byKey.values()].filter(({ provisional }) => provisional !== true);
}

function pictureOf(record: SubjectRecord | undefined, slot: string, name: string): StoredPicture | undefined {
  const state = record?.slots[slot];
  if (state?.kind !== 'image') return undefined;
  return name === 'original' ? state.image.original : state.image.renditions[name];
}
