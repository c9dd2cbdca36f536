import {
  type CommandOf,
  ProblemError,
  type RequestContext,
  type WireRequest,
} from '../../src/domain/index.ts';
import { userInPath } from './user-of-request.ts';

/** The one file of the request becomes the user's one picture, slot 0. */
export function readProfileImageUpload(
  request: WireRequest,
  context: RequestContext<unknown>,
): CommandOf<'put-images'> {
  const [upload] = request.uploads;
  if (!upload) throw new ProblemError({ kind: 'body-missing' });
  return { kind: 'put-images', subject: userInPath(request, context), images: [{ slot: 0, upload }] };
}
