import type { OutcomeOf, RequestContext, WireResponse } from '../../src/domain/index.ts';
import { imageFile } from './image-file.ts';
import type { CapillaryOptions } from './options.ts';
import { userIdOf } from './user-id.ts';
import { ok } from './write-json.ts';

/** One element for each file, in the order sent. */
export function writeImageAdd(
  { subject, images }: OutcomeOf<'put-images'>,
  { options, profile }: RequestContext<CapillaryOptions>,
): WireResponse {
  const place = { orgId: options.orgId, userId: userIdOf(subject) };
  const data = images.map(({ image }) => ({
    code: 200,
    // The vendor's page prints -1, its newer sample 1.
    file: imageFile(image, place, profile === 'observed' ? 1 : -1),
    message: 'Successfully uploaded file',
    status: 'true',
  }));
  return ok({ data, warnings: [], errors: [] });
}
