import type { Exchange, OutcomeOf, WireResponse } from '../../src/domain/index.ts';
import { imageFile } from './image-file.ts';
import type { CapillaryOptions } from './options.ts';
import { userIdOf } from './user-id.ts';
import { ok } from './write-json.ts';

/** One element for each file, in the order sent. */
export function writeImageAdd(
  { subject, images }: OutcomeOf<'put-images'>,
  { options }: Exchange<CapillaryOptions>,
): WireResponse {
  const place = { orgId: options.orgId, userId: userIdOf(subject) };
  const data = images.map(({ image }) => ({
    code: 200,
    file: imageFile(image, place, -1),
    message: 'Successfully uploaded file',
    status: 'true',
  }));
  return ok({ data, warnings: [], errors: [] });
}
