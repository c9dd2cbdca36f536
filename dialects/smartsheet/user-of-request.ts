import {
  ProblemError,
  type RequestContext,
  type SubjectReference,
  type WireRequestHead,
} from '../../src/domain/index.ts';
import { assumedUser } from './assumed-user.ts';
import { requireIntegrationSource } from './integration-source.ts';

/**
 * An id may be larger than 2^53, so it stays a decimal string. Zero, signs and leading zeros match no user.
 */
const USER_ID = /^[1-9]\d{0,19}$/;

/** The user that the path names. `Assume-User` is checked, but does not change the user. */
export function userInPath(head: WireRequestHead, context: RequestContext<unknown>): SubjectReference {
  requireIntegrationSource(head);
  const value = head.params.userId ?? '';
  if (!USER_ID.test(value)) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'userId', value, location: 'path' });
  }
  assumedUser(head, context);
  return { kind: 'alias', id: value };
}

/** The caller, or the user whom an administrator assumes. */
export function currentUser(head: WireRequestHead, context: RequestContext<unknown>): SubjectReference {
  requireIntegrationSource(head);
  const email = assumedUser(head, context);
  return email === undefined ? { kind: 'caller' } : { kind: 'identifier', name: 'email', value: email };
}
