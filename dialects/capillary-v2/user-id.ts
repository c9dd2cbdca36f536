import { ProblemError, type Subject } from '../../src/domain/index.ts';

/** The customer's number. A person without one is not a customer of this API. */
export function userIdOf({ aliases }: Subject): string {
  const id = aliases['capillary-v2'];
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return id;
}
