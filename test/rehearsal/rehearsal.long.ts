import { describe, expect, it } from '@jest/globals';
import { rehearse } from './rehearse.ts';

describe('a migration under load, in its short form', () => {
  it('a migration under load shows no client an error that the backend did not give, nor a wrong picture', async () => {
    const report = await rehearse({ subjects: 40, clients: 3, say: () => {} });
    expect(report.notes).toEqual([]);
    expect(report).toMatchObject({ errors: 0, wrong: 0, backendRequestsAfterwards: 0 });
    for (const done of ['writes', 'deletes', 'brokenOff', 'spoilt'] as const)
      expect(report[done]).toBeGreaterThan(0);
  }, 300_000);
});
