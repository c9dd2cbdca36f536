import type { Person, PersonPrecondition } from './people-registry.ts';
import { ProblemError } from './problem.ts';

/** Throws `person-exists` or `precondition-failed` where the caller's own condition does not hold. */
export function requirePerson(
  precondition: PersonPrecondition | undefined,
  before: Pick<Person, 'version'> | undefined,
): void {
  if (!precondition) return;
  if (precondition.kind === 'none') {
    if (before) throw new ProblemError({ kind: 'person-exists' });
    return;
  }
  const holds = before && (precondition.kind === 'any' || precondition.versions.includes(before.version));
  if (!holds) throw new ProblemError({ kind: 'precondition-failed' });
}
