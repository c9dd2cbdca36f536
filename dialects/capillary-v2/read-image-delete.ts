import { type CommandOf, ProblemError, type WireRequestHead } from '../../src/domain/index.ts';
import { customerInPath } from './customer-of-request.ts';
import { queryValues } from './query-value.ts';

/** Image indexes count from 0; the key may be repeated, and each value may be a comma list. */
export function readImageDelete(head: WireRequestHead, maxImages: number): CommandOf<'delete-images'> {
  const values = queryValues(head, 'image_ids')
    .flatMap((list) => list.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
  if (values.length === 0) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'image_ids', location: 'query' });
  }
  const slots = values.map((value) => {
    if (!/^\d$/.test(value) || Number(value) >= maxImages) {
      throw new ProblemError({ kind: 'invalid-parameter', name: 'image_ids', value, location: 'query' });
    }
    return Number(value);
  });
  return { kind: 'delete-images', subject: customerInPath(head), slots: [...new Set(slots)] };
}
