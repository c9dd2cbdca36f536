import { type CommandOf, ProblemError, type WireRequest } from '../../src/domain/index.ts';
import { customerInPath } from './customer-of-request.ts';

/** The one part `image` becomes the customer's one picture, slot 0. */
export function readImageUpdate(request: WireRequest): CommandOf<'put-images'> {
  const [upload] = request.uploads;
  if (!upload) throw new ProblemError({ kind: 'file-missing', field: 'image' });
  return { kind: 'put-images', subject: customerInPath(request), images: [{ slot: 0, upload }] };
}
