import { ProblemError, type Subject } from '../../src/domain/index.ts';

/** The customer's number. Someone who is known here by none is no customer of this API. */
export function userIdOf({ aliases }: Subject): string {
  const id = aliases['capillary-v2'];
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return id;
}
