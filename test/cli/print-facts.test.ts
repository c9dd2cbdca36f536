import { expect, it } from '@jest/globals';
import { formatFacts } from '../../src/cli/print-facts.ts';

it('formatFacts prints keys as words, instants as dates and lists as tables', () => {
  const told = formatFacts({
    rollout: { stage: 'dual-write' },
    backlog: { pendingReplications: 2, oldestSinceMs: Date.UTC(2026, 0, 2, 3, 4, 5), failing: [] },
    nextSteps: ['one', 'two'],
    history: [{ atMs: Date.UTC(2026, 0, 2), override: undefined, to: { stage: 'shadow' } }],
    left: undefined,
  });
  expect(told).toBe(
    [
      'rollout:',
      '  stage  dual-write',
      'backlog:',
      '  pending replications  2',
      '  oldest since          2026-01-02T03:04:05',
      '  failing               none',
      'next steps  one, two',
      'history:',
      '  at                   override  to',
      '  2026-01-02T00:00:00            {"stage":"shadow"}',
      '',
    ].join('\n'),
  );
});
