import { ProblemError } from '../../domain/index.ts';
import { nextOf, withPerson } from './change-entry.ts';
import { changePeople } from './change-people.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { entryAt } from './find-person.ts';
import { isLiving } from './person-entry.ts';

/** How often the source may change while it is merged, before the merge fails. */
const MAX_TRIES = 8;

/**
 * See `PeopleRegistry.absorb`. The survivor gets the names first; then the source becomes a pointer to the
 * survivor.
 */
export async function absorbPerson(
  pages: DirectoryPages,
  tenant: string,
  sourceKey: string,
  survivorKey: string,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const source = await entryAt(pages, sourceKey);
    // The merge is done already, or the source is not a living person.
    if (source?.tenant !== tenant || !isLiving(source)) return;
    const [taken] = await changePeople(pages, [
      {
        key: survivorKey,
        absorbs: sourceKey,
        make(before) {
          if (!isLiving(before)) throw new ProblemError({ kind: 'subject-not-found' });
          const after = nextOf(before, withPerson(before, sourceKey, source));
          // The version is above both, so that a reader who uses the source's id never sees another person
          // under a version that it knows.
          return after && { ...after, version: Math.max(before.version, source.version) + 1 };
        },
      },
    ]);
    if (taken?.kind === 'refused') throw new ProblemError(taken.problem);
    const [given] = await changePeople(pages, [
      {
        key: sourceKey,
        make(before) {
          if (!isLiving(before)) return undefined;
          // The source changed meanwhile. The survivor has to get its new names as well.
          if (before.version !== source.version)
            throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
          return { tenant, version: before.version + 1, mergedInto: survivorKey };
        },
      },
    ]);
    if (given?.kind === 'done') return;
  }
  throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
}
