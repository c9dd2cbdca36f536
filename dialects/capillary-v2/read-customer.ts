import type { CommandOf, WireRequestHead } from '../../src/domain/index.ts';
import { customerInPath } from './customer-of-request.ts';
import { queryValues } from './query-value.ts';
import { requireSource } from './require-source.ts';

/** A read of the customer, with the images where `embed` asks for them. */
export function readCustomer(head: WireRequestHead): CommandOf<'read-subject'> {
  requireSource(head);
  return { kind: 'read-subject', subject: customerInPath(head), images: embedsImages(head) };
}

/** Whether `embed`, a comma list in any case, names `CUSTOMERIMAGE`. */
export function embedsImages(head: Pick<WireRequestHead, 'query'>): boolean {
  return queryValues(head, 'embed')
    .flatMap((list) => list.split(','))
    .some((part) => part.trim().toUpperCase() === 'CUSTOMERIMAGE');
}
