import { ProblemError, type SubjectReference, type WireRequestHead } from '../../src/domain/index.ts';

const LARGEST_INT64 = 2n ** 63n - 1n;

/** The customer in the path: a positive int64. */
export function customerInPath({ params }: WireRequestHead): SubjectReference {
  const id = params.customerId ?? '';
  if (!/^[1-9]\d{0,18}$/.test(id) || BigInt(id) > LARGEST_INT64) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'customerId', value: id, location: 'path' });
  }
  return { kind: 'alias', id };
}
