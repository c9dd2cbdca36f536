import { type Json, type RequestContext, type WireResponse } from '../../src/domain/index.ts';
import { integrationLogFields } from './integration-source.ts';

/** Spelled as the vendor does: old SDKs compare it literally. */
export const JSON_TYPE = 'application/json;charset=UTF-8';

/** The answer 200; any 201 breaks the SDKs. */
export function ok(value: Json, { request }: Pick<RequestContext<unknown>, 'request'>): WireResponse {
  return {
    status: 200,
    headers: { 'Content-Type': JSON_TYPE },
    body: { kind: 'json', value },
    logFields: integrationLogFields(request),
  };
}
