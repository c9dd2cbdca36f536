import type { Subject } from '../../domain/index.ts';
import type { OperatedBackend } from './operated-backend.ts';

/**
 * By what the people of a step are counted: the directory, the step's own list, or, where neither can be
 * listed, the longest list that was worked off.
 */
export type CountedBy = 'directory' | 'list of the step' | 'longest list';

/**
 * Everybody in the directory who has an id in the clients' dialect and whom a step concerns. `undefined` where
 * the directory cannot be listed.
 */
export function listConcerned(
  { at, core }: Pick<OperatedBackend, 'at' | 'core'>,
  concerns: (subjectKey: string) => boolean,
): AsyncIterable<Subject> | undefined {
  const { tenant, dialect } = at.name;
  const everybody = core.directory.list?.(tenant);
  return everybody && select(everybody);

  async function* select(people: AsyncIterable<Subject>): AsyncGenerator<Subject> {
    for await (const subject of people) {
      if (subject.aliases[dialect] !== undefined && concerns(subject.key)) yield subject;
    }
  }
}
