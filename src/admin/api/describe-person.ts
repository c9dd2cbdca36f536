import type { Request } from 'express';
import { readSubjectRecord } from '../../core/subject-records.ts';
import type { ProfileImage, StoredPicture, Subject } from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';

/** The person that the path names by tenant and key. */
export async function personOf({ current }: AdminParts, { params }: Request): Promise<Subject> {
  const person = await current().directory.byKey(String(params.tenant), String(params.key));
  if (!person) throw new AdminProblem(404, 'There is no such person.');
  return person;
}

/**
 * The version of a person's changeable data; `undefined` for people of the settings or of another service.
 */
export async function versionOf(
  { current }: AdminParts,
  { tenant, key }: Subject,
): Promise<number | undefined> {
  return (await current().people?.registry.readKey(tenant, key))?.version;
}

/** A person as the API shows them: names, and facts of the pictures. */
export async function describePerson({ records }: AdminParts, person: Subject) {
  const { record } = await readSubjectRecord(records, person.key);
  const { key, tenant, id, aliases, profile } = person;
  return {
    key,
    tenant,
    id,
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
