import { describe, expect, it } from '@jest/globals';
import { uuidFrom } from '../../src/domain/index.ts';

describe('a UUID', () => {
  it.each([
    ['0'.repeat(32), '00000000-0000-4000-8000-000000000000'],
    ['f'.repeat(32), 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
    ['389fff571ed34bbb96e06a541c8d20d1', '389fff57-1ed3-4bbb-96e0-6a541c8d20d1'],
  ])('a UUID made of %s is %s', (hex, uuid) => {
    expect(uuidFrom(hex)).toBe(uuid);
  });
});
