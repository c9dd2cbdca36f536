import type { Request, Response } from 'express';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { ProfileImage, StoredPicture, Subject } from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { sendVersion } from './resource-version.ts';

/** The person that the path names by tenant and key. */
export async function personOf({ current }: AdminParts, { params }: Request): Promise<Subject> {
  const person = await current().directory.byKey(String(params.tenant), String(params.key));
  if (!person) throw new AdminProblem(404, 'There is no such person.');
  return person;
}

/**
 * A person as the API shows them: names, and facts of the pictures. The names are those of the version, which
 * people of the settings or of another service do not have.
 */
export async function describePerson({ records, current }: AdminParts, person: Subject) {
  const kept = await current().people?.registry.readKey(person.tenant, person.key);
  const { key, tenant, id, aliases, profile } = kept ?? person;
  const { record } = await readSubjectRecord(records, key);
  return {
    key,
    tenant,
    id,
    ...(kept ? { version: kept.version } : {}),
    aliases,
    profile,
    generation: record?.generation ?? 0,
    slots: Object.entries(record?.slots ?? {}).map(([slot, state]) =>
      state.kind === 'image'
        ? { slot: Number(slot), ...describeImage(state.image) }
        : {
            slot: Number(slot),
            deletedAt: new Date(state.tombstone.deletedAtMs).toISOString(),
            version: state.tombstone.version,
          },
    ),
  };
}

/** Sends the version of a person as the ETag; gives the person for the body. */
export async function sendPerson(parts: AdminParts, response: Response, person: Subject) {
  const described = await describePerson(parts, person);
  if (described.version !== undefined) sendVersion(response, described.version);
  return described;
}

function describeImage({
  version,
  writtenAtMs,
  writtenThrough,
  fileName,
  original,
  renditions,
}: ProfileImage) {
  return {
    version,
    writtenAt: new Date(writtenAtMs).toISOString(),
    writtenThrough,
    ...(fileName === undefined ? {} : { fileName }),
    original: describePicture(original),
    renditions: Object.entries(renditions).map(([name, picture]) => ({ name, ...describePicture(picture) })),
  };
}

function describePicture({ format, width, height, bytes, sha256 }: StoredPicture) {
  return { format, width, height, bytes, sha256 };
}
