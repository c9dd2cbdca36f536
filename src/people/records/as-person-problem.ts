import type { PersonProblem, Problem } from '../../domain/index.ts';

/** The problem, if a change of a person may end in it. */
export function asPersonProblem(problem: Problem): PersonProblem | undefined {
  switch (problem.kind) {
    case 'subject-not-found':
    case 'name-taken':
    case 'person-exists':
    case 'person-erased':
    case 'precondition-failed':
    case 'invalid-person':
    case 'conflict':
      return problem;
    default:
      return undefined;
  }
}
