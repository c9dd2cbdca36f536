import type { BenchRun } from '../bench-run.ts';
import { median } from '../measure/median.ts';

/**
 * Measures several things in turn, round after round, so that the drift of the machine cancels. The order turns round every time.
 */
export async function inRounds<Name extends string, Result>(
  run: BenchRun,
  contestants: Readonly<Record<Name, (requestsFactor: number) => Promise<Result>>>,
): Promise<Record<Name, Result>[]> {
  const names = Object.keys(contestants) as Name[];
  const rounds: Record<Name, Result>[] = [];
  for (let round = 0; round < run.scale.rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    const results: Partial<Record<Name, Result>> = {};
    for (const name of order) results[name] = await contestants[name](run.scale.effort);
    rounds.push(results as Record<Name, Result>);
  }
  return rounds;
}

/** The median over the rounds of whatever is read from a round. */
export function medianOf<Round>(rounds: readonly Round[], read: (round: Round) => number): number {
  return median(rounds.map(read));
}
