import { type Access, type Principal, ProblemError, type SubjectReference } from '../../domain/index.ts';

/**
 * Lets the call pass or throws `ProblemError` `forbidden`. Runs before the subject is looked up, so that a caller without the
 * right learns nothing of who exists: a subject counts as the caller's own only where the request names it by the caller's own
 * id, or as the bearer.
 */
export function authorize(access: Access, principal: Principal, subject?: SubjectReference): void {
  if (access.kind === 'public') return;
  const needed = [
    ...(access.scopes ?? []),
    ...(subject && !isOwn(principal, subject) ? (access.scopesForOthers ?? []) : []),
  ];
  if (!needed.every((scope) => principal.scopes.includes(scope))) {
    throw new ProblemError({ kind: 'forbidden' });
  }
}

function isOwn(principal: Principal, subject: SubjectReference): boolean {
  if (principal.subject === undefined) return false;
  return subject.kind === 'caller' || (subject.kind === 'alias' && subject.id === principal.subject);
}
