import type { OutcomeOf, WireResponse } from '../../src/domain/index.ts';
import { ok } from './write-json.ts';

/** One element for each index. */
export function writeImageDelete({ slots }: OutcomeOf<'delete-images'>): WireResponse {
  const data = slots.map(() => ({ code: 200, message: 'Success', status: 'true' }));
  return ok({ data, warnings: [], errors: [] });
}
