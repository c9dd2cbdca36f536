import type { OutcomeOf, WireResponse } from '../../src/domain/index.ts';

/** Spelled as Spring does, because the vendor's API runs on Spring. */
export const JSON_TYPE = 'application/json';

/** `{"imageUrl":"…"}`: the address of the JPEG. */
export function writeImageUrl({ images }: OutcomeOf<'put-images'>): WireResponse {
  return {
    status: 200,
    headers: { 'Content-Type': JSON_TYPE },
    body: { kind: 'json', value: { imageUrl: images[0]?.url } },
  };
}
