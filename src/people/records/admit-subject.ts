import { aliasSpace, ProblemError, type Subject } from '../../domain/index.ts';
import { changePeople } from './change-people.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { entryAt } from './find-person.ts';
import { isLiving, lists, type PersonEntry } from './person-entry.ts';

/**
 * Makes a person of a subject that was made from an id, under its present key. Throws `conflict` where
 * another person got the key or the id meanwhile; the next look-up finds that person.
 */
export async function admitSubject(pages: DirectoryPages, subject: Subject): Promise<void> {
  const { key, tenant, id, aliases } = subject;
  const [result] = await changePeople(pages, [
    {
      key,
      make(before) {
        if (!before) return { tenant, id, aliases, identifiers: {}, profile: {}, version: 1 };
        if (!isOf(subject, before)) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
        return undefined;
      },
    },
  ]);
  if (result?.kind === 'done') return;
  throw new ProblemError({ kind: 'conflict', reason: 'overlap' }, { cause: result?.problem });
}

/** See `PeopleSource.isTaken`. An erased or merged person keeps their key as well. */
export async function isKeyTaken(pages: DirectoryPages, subject: Subject): Promise<boolean> {
  const entry = await entryAt(pages, subject.key);
  return entry !== undefined && !isOf(subject, entry);
}

function isOf({ tenant, aliases }: Subject, entry: PersonEntry): boolean {
  return (
    isLiving(entry) &&
    entry.tenant === tenant &&
    Object.entries(aliases).every(([dialect, value]) => lists(entry, { space: aliasSpace(dialect), value }))
  );
}
