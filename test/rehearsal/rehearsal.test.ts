import { describe, expect, it } from '@jest/globals';
import { rehearse } from './rehearse.ts';

describe('a migration under load, in its short form', () => {
  it.each(['complete', 'back'] as const)(
    'shows no client an error or a wrong picture (%s)',
    async (journey) => {
      const report = await rehearse(journey, { subjects: 40, clients: 3, say: () => {} });
      expect(report.notes).toEqual([]);
      expect(report).toMatchObject({ errors: 0, wrong: 0 });
      expect(report.writes).toBeGreaterThan(0);
      if (journey === 'complete') expect(report.backendRequestsAfterwards).toBe(0);
    },
    300_000,
  );
});
