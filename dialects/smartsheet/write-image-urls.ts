import type { Exchange, Json, OutcomeOf, WireResponse } from '../../src/domain/index.ts';
import { ok } from './write-json.ts';

/** One sentence for malformed, unknown and foreign ids alike: who asks learns nothing of what exists. */
const NO_SUCH_IMAGE = { errorCode: 5001, message: 'You do not have permission to view this image.' } as const;

/** An address or an error for each image asked for, in the order asked. */
export function writeImageUrls(
  outcome: OutcomeOf<'locate-images'>,
  exchange: Exchange<unknown>,
): WireResponse {
  const imageUrls = outcome.results.map((result): Json => {
    const url = result.found ? result.view.url : undefined;
    return url === undefined
      ? { imageId: result.label, error: NO_SUCH_IMAGE }
      : { imageId: result.label, url };
  });
  return ok({ urlExpiresInMillis: outcome.ttlSeconds * 1000, imageUrls }, exchange);
}
