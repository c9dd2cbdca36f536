import type { Json, OutcomeOf, RequestContext, WireResponse } from '../../src/domain/index.ts';
import { ok } from './write-json.ts';

/** One message for malformed, unknown and foreign ids, so that it does not reveal which ids exist. */
const NO_SUCH_IMAGE = { errorCode: 5001, message: 'You do not have permission to view this image.' } as const;

/** An address or an error for each image asked for, in the order asked. */
export function writeImageUrls(
  outcome: OutcomeOf<'locate-images'>,
  context: RequestContext<unknown>,
): WireResponse {
  const imageUrls = outcome.results.map((result): Json => {
    const url = result.found ? result.view.url : undefined;
    return url === undefined
      ? { imageId: result.label, error: NO_SUCH_IMAGE }
      : { imageId: result.label, url };
  });
  return ok({ urlExpiresInMillis: outcome.ttlSeconds * 1000, imageUrls }, context);
}
