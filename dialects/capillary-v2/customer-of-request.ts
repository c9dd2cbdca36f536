import { ProblemError, type SubjectReference, type WireRequestHead } from '../../src/domain/index.ts';
import { queryValue } from './query-value.ts';

const LARGEST_INT64 = 2n ** 63n - 1n;

/** What a customer can be looked up by. */
const IDENTIFIER_NAMES = ['mobile', 'email', 'externalId', 'cardExternalId', 'cardNumber'] as const;

/** The customer in the path: a positive int64. */
export function customerInPath({ params }: WireRequestHead): SubjectReference {
  const id = params.userId ?? '';
  if (!/^[1-9]\d{0,18}$/.test(id) || BigInt(id) > LARGEST_INT64) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'userId', value: id, location: 'path' });
  }
  return { kind: 'alias', id };
}

/** The customer that `identifierName` and `identifierValue` lead to. */
export function customerLookedUp(head: WireRequestHead): SubjectReference {
  const wanted = queryValue(head, 'identifierName');
  if (wanted === undefined) throw missing('identifierName');
  const value = queryValue(head, 'identifierValue');
  if (value === undefined) throw missing('identifierValue');
  const name = IDENTIFIER_NAMES.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (!name) {
    throw new ProblemError({
      kind: 'invalid-parameter',
      name: 'identifierName',
      value: wanted,
      location: 'query',
    });
  }
  return { kind: 'identifier', name, value };
}

function missing(name: string): ProblemError {
  return new ProblemError({ kind: 'invalid-parameter', name, location: 'query' });
}
