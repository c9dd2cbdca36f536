import {
  BareNumber,
  type ImageView,
  type JsonObject,
  type OutcomeOf,
  ProblemError,
  type RequestContext,
  type Subject,
  type WireResponse,
} from '../../src/domain/index.ts';
import { userImageId } from './user-image-id.ts';
import { ok } from './write-json.ts';

/** The bare user object, for reads. */
export function writeUser(
  outcome: OutcomeOf<'read-subject'>,
  context: RequestContext<unknown>,
): WireResponse {
  return ok(userObject(outcome.subject, outcome.images), context);
}

/**
 * The answer to an upload. Documented: the user in a list under `data`. Observed: the user under `result`, which
 * every typed SDK needs (without it, Java returns null and Python crashes). Sending both breaks Python.
 */
export function writeUpdatedUser(
  outcome: OutcomeOf<'put-images'>,
  context: RequestContext<unknown>,
): WireResponse {
  const user = userObject(outcome.subject, outcome.images);
  const result = context.profile === 'observed' ? { result: user } : { data: [user] };
  return ok({ message: 'SUCCESS', resultCode: 0, ...result }, context);
}

function userObject(subject: Subject, images: readonly ImageView[]): JsonObject {
  const { email = '', firstName = '', lastName = '' } = subject.profile;
  const view = images.find(({ image }) => image.slot === 0);
  return {
    email,
    name: [firstName, lastName].filter((part) => part !== '').join(' '),
    firstName,
    lastName,
    profileImage: view && {
      imageId: userImageId(subject, view.image),
      height: view.picture.height,
      width: view.picture.width,
    },
    id: userId(subject),
  };
}

/** A person without a number is not a user of this API. */
function userId({ aliases }: Subject): BareNumber {
  const digits = aliases.smartsheet ?? '';
  if (!/^[1-9]\d*$/.test(digits)) throw new ProblemError({ kind: 'subject-not-found' });
  return new BareNumber(digits);
}
