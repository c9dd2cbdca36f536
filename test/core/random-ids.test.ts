import { describe, expect, it } from '@jest/globals';
import { createRandomIds } from '../../src/core/random-ids.ts';

describe('random ids', () => {
  it('the id source never gives the same id twice, over many refills of its pool', () => {
    const ids = createRandomIds();
    const given = Array.from({ length: 2_000 }, () => ids.newId());
    expect(new Set(given).size).toBe(given.length);
    expect(given.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });
});
