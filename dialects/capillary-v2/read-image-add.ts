import {
  type CommandOf,
  ProblemError,
  type SubjectReference,
  type WireRequest,
  type WireRequestHead,
} from '../../src/domain/index.ts';

/** Headers that say on whose behalf the call is made. Accepted and kept with the image. */
const ATTRIBUTION = {
  attributionType: 'x-cap-api-attribution-entity-type',
  attributionCode: 'x-cap-api-attribution-entity-code',
} as const;

/** The n-th file of the request becomes the customer's n-th image. */
export function readImageAdd(
  request: WireRequest,
  customer: (head: WireRequestHead) => SubjectReference,
): CommandOf<'put-images'> {
  if (request.uploads.length === 0) throw new ProblemError({ kind: 'file-missing', field: 'FILE' });
  return {
    kind: 'put-images',
    subject: customer(request),
    images: request.uploads.map((upload, slot) => ({ slot, upload })),
    notes: attributionOf(request),
  };
}

function attributionOf({ headers }: WireRequestHead): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ATTRIBUTION).flatMap(([note, header]) => {
      const value = headers[header];
      return value ? [[note, value.slice(0, 200)]] : [];
    }),
  );
}
