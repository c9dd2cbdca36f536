import { ProblemError, type Subject } from '../../domain/index.ts';
import { changePeople } from './change-people.ts';
import type { DirectoryPages } from './directory-pages.ts';

/** Makes a person of a subject that was made from an id, under its present key. */
export async function admitSubject(pages: DirectoryPages, subject: Subject): Promise<void> {
  const { key, tenant, id, aliases } = subject;
  const [result] = await changePeople(pages, [
    {
      key,
      make: (before) =>
        before ? undefined : { tenant, id, aliases, identifiers: {}, profile: {}, version: 1 },
    },
  ]);
  if (result?.kind === 'done') return;
  // Another person has got the id meanwhile. The next look-up finds that person.
  throw new ProblemError({ kind: 'conflict', reason: 'overlap' }, { cause: result?.problem });
}
