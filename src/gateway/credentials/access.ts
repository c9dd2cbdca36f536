import {
  type Access,
  type Command,
  type Principal,
  ProblemError,
  type SubjectReference,
} from '../../domain/index.ts';

/**
 * Lets the call pass or throws `ProblemError` `forbidden`. It runs before the subject is looked up, so that a
 * caller without the right cannot find out who exists. A subject counts as the caller's own only where the
 * request names it by the caller's own id, or as the bearer.
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

/**
 * The same check for the subjects of a command, some of which only the body names. A subject that is named by
 * anything but the caller's own id counts as another person.
 */
export function authorizeCommand(access: Access, principal: Principal, command: Command): void {
  for (const subject of subjectsOf(command)) authorize(access, principal, subject);
}

function subjectsOf(command: Command): readonly SubjectReference[] {
  switch (command.kind) {
    case 'put-images':
    case 'delete-images':
    case 'read-subject':
    case 'read-image':
      return [command.subject];
    case 'locate-images':
      return command.requests.map(({ subject }) => subject);
    case 'open-download':
    case 'issue-token':
    case 'check-credential':
    case 'read-person':
    case 'list-people':
    case 'find-people':
    case 'change-person':
    case 'put-people':
    case 'merge-people':
    case 'erase-person':
      return [];
  }
}

function isOwn(principal: Principal, subject: SubjectReference): boolean {
  if (principal.subject === undefined) return false;
  return subject.kind === 'caller' || (subject.kind === 'alias' && subject.id === principal.subject);
}
