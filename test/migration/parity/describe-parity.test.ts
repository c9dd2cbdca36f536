import { expect, it } from '@jest/globals';
import { describeParity } from '../../../src/migration/parity/describe-parity.ts';
import { createParityBook } from '../../../src/migration/parity/parity-tally.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

it('describeParity tells of each operation the share that differs, and its upper bound', async () => {
  const { records } = createMemoryStore();
  const name = { tenant: 'acme', dialect: 'legacy' };
  const clock = { nowMs: () => 1_000 };
  const book = createParityBook({ records, name, gatewayId: 'one', clock, maxDifferences: 10 });
  for (let count = 0; count < 3; count += 1)
    book.compared('upload', 'identical', { meaning: 'same' }, 'a'.repeat(32));
  book.compared('upload', 'different picture', { meaning: 'same', picture: 'differs' }, 'a'.repeat(32));
  book.notCompared('not sampled');
  await book.flush();
  expect(await describeParity(records, name)).toEqual({
    operations: [
      {
        operationId: 'upload',
        compared: 4,
        verdicts: { identical: 3, 'different picture': 1 },
        differing: { picture: 1 },
        differentPercent: 25,
        // Clopper-Pearson: the rate at which at most 1 of 4 has a probability of 5 %.
        upperBound95Percent: expect.closeTo(75.14, 2),
      },
    ],
    notCompared: { 'not sampled': 1 },
    noise: {},
  });
});
