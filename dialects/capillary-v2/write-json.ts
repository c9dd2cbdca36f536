import type { Json, WireResponse } from '../../src/domain/index.ts';

/** As the service writes it. */
export const JSON_TYPE = 'application/json; charset=UTF-8';

/** A 200 with a JSON body. */
export function ok(value: Json): WireResponse {
  return { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: { kind: 'json', value } };
}
