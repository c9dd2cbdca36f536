import { expect, it } from '@jest/globals';
import { peopleAtOnce } from '../../../src/migration/lists/backfill-list.ts';

it.each([
  [16, 10, 16],
  [64, 10, 20],
  [16, 1, 2],
  [16, 0.1, 1],
])(
  'of %d people at once at %d requests a second, %d are under way, so that nobody holds a lease for long',
  (concurrency, requestsPerSecond, underWay) => {
    expect(peopleAtOnce(concurrency, requestsPerSecond)).toBe(underWay);
  },
);
