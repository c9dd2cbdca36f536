import {
  type CommandOf,
  ProblemError,
  type RequestContext,
  type WireRequest,
} from '../../src/domain/index.ts';
import { ticketIn } from './picture-name.ts';

/**
 * `GET /images/profileImages/{name}`. Only the observed profile hands out such names, and only this profile
 * accepts them.
 */
export function readProfileImage(
  { params }: WireRequest,
  { profile }: Pick<RequestContext<unknown>, 'profile'>,
): CommandOf<'open-download'> {
  const ticket = profile === 'observed' ? ticketIn(params.name ?? '') : undefined;
  if (ticket === undefined) throw new ProblemError({ kind: 'image-not-found' });
  return { kind: 'open-download', ticket };
}
