import { expect, it } from '@jest/globals';
import { tryBackups } from './backup-trial.ts';

it('a backup under load restores every picture that was acknowledged before it began, whole', async () => {
  const rounds = await tryBackups({ people: 150, rounds: 2, rate: 100 });
  expect(rounds).toHaveLength(2);
  for (const round of rounds) {
    expect(round).toMatchObject({ whole: 150, lost: 0, torn: 0, resurrected: 0, damaged: 0, cases: [] });
    expect(round.reuploadsMeanwhile).toBeGreaterThan(0);
  }
}, 900_000);
