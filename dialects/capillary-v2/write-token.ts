import type { OutcomeOf, WireResponse } from '../../src/domain/index.ts';
import { ok } from './write-json.ts';

/** `{"data":{"accessToken","ttlSeconds"},"errors":null}`. */
export function writeToken({ accessToken, ttlSeconds }: OutcomeOf<'issue-token'>): WireResponse {
  return ok({ data: { accessToken, ttlSeconds }, errors: null });
}
