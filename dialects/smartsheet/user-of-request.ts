import {
  type Exchange,
  ProblemError,
  type SubjectReference,
  type WireRequestHead,
} from '../../src/domain/index.ts';
import { assumedUser } from './assumed-user.ts';
import { requireIntegrationSource } from './integration-source.ts';

/** Up to and past 2^53: the id stays a decimal string inside. Zero, signs and leading zeros name nobody. */
const USER_ID = /^[1-9]\d{0,19}$/;

/** The user that the path names. `Assume-User` is checked; it cannot change whom the path means. */
export function userInPath(head: WireRequestHead, exchange: Exchange<unknown>): SubjectReference {
  requireIntegrationSource(head);
  const value = head.params.userId ?? '';
  if (!USER_ID.test(value)) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'userId', value, location: 'path' });
  }
  assumedUser(head, exchange);
  return { kind: 'alias', id: value };
}

/** The caller, or the user whom an administrator assumes. */
export function currentUser(head: WireRequestHead, exchange: Exchange<unknown>): SubjectReference {
  requireIntegrationSource(head);
  const email = assumedUser(head, exchange);
  return email === undefined ? { kind: 'caller' } : { kind: 'identifier', name: 'email', value: email };
}
