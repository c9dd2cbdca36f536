import { expect, it } from '@jest/globals';
import { formatPreflight } from '../../src/cli/migrate-preflight.ts';

it('formatPreflight prints the checks as a table, what to do, what clients notice, and how long the runs take', () => {
  const text = formatPreflight({
    schema: 1,
    baseUrl: 'http://127.0.0.1:8090',
    speaks: 'magicline-v1',
    atMs: 0,
    passed: false,
    listed: 3,
    sampled: 3,
    checks: [
      { name: 'the backend answers', verdict: 'good', found: 'status 200' },
      {
        name: 'the people of the list are known here',
        verdict: 'failed',
        found: '1 is unknown',
        examples: ['nobody'],
        next: 'correct the list',
      },
    ],
    differences: [{ stage: 'dual-write', clients: [] }],
    estimate: {
      people: 3,
      backfillSeconds: 2,
      verifySeconds: 1,
      requestsPerPerson: 2,
      requestsPerSecond: 50,
      heldUpBy: 'backend',
    },
  });
  expect(text).toBe(
    [
      'verdict  check                                  found',
      'good     the backend answers                    status 200',
      'failed   the people of the list are known here  1 is unknown (such as nobody)',
      '',
      'What to do:',
      '- the people of the list are known here: correct the list',
      '',
      'What clients will notice:',
      '- dual-write: nothing',
      '',
      'A backfill of 3 people takes about 2 s, a verification 1 s: 2.0 requests a person, held up by the backend.',
      '3 of 3 people were looked at. Something stands in the way of dual-write.',
      '',
    ].join('\n'),
  );
});
