import { namesOf, type PersonPrecondition, ProblemError, requirePerson } from '../../domain/index.ts';
import { changePeople } from './change-people.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { digestOfName } from './name-digest.ts';
import { isLiving } from './person-entry.ts';

/** See `PeopleRegistry.erase`. */
export async function erasePerson(
  pages: DirectoryPages,
  tenant: string,
  key: string,
  erasedAtMs: number,
  precondition?: PersonPrecondition,
): Promise<void> {
  const [result] = await changePeople(pages, [
    {
      key,
      make(before) {
        if (!isLiving(before)) return undefined;
        requirePerson(precondition, before);
        const names = namesOf(before)
          .filter(({ unique }) => unique)
          .map((name) => digestOfName(tenant, name).token);
        return { tenant, version: before.version + 1, erasedAtMs, names };
      },
    },
  ]);
  if (result?.kind === 'refused') throw new ProblemError(result.problem);
}
