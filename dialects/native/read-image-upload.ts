import { type CommandOf, ProblemError, type WireRequest } from '../../src/domain/index.ts';
import { readPrecondition } from './read-precondition.ts';
import { subjectInPath } from './subject-in-path.ts';

/** The body, or the one file of a form, becomes the subject's picture, slot 0. */
export function readImageUpload(request: WireRequest): CommandOf<'put-images'> {
  const [upload] = request.uploads;
  if (!upload) throw new ProblemError({ kind: 'body-missing' });
  return {
    kind: 'put-images',
    subject: subjectInPath(request),
    images: [{ slot: 0, upload }],
    ...readPrecondition(request),
  };
}
