import type { BenchRun } from '../bench-run.ts';
import { median } from '../measure/median.ts';

/**
 * Measures several things in turn, round after round, so that the drift of the machine cancels. Every round reverses the order.
 */
export async function inRounds<Results extends object>(
  run: BenchRun,
  contestants: { readonly [Name in keyof Results]: (effort: number) => Promise<Results[Name]> },
): Promise<Results[]> {
  const names = Object.keys(contestants) as (keyof Results)[];
  const rounds: Results[] = [];
  for (let round = 0; round < run.scale.rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    const results: Partial<Results> = {};
    for (const name of order) results[name] = await contestants[name](run.scale.effort);
    rounds.push(results as Results);
  }
  return rounds;
}

/** The median over the rounds of the number that `read` takes from a round. */
export function medianOf<Round>(rounds: readonly Round[], read: (round: Round) => number): number {
  return median(rounds.map(read));
}

/** Gives every sender the things in turn, so that no two of its uploads in a row are the same. */
export function inTurn<Thing>(things: readonly Thing[]): (sender: number) => Thing {
  const given = new Map<number, number>();
  return (sender) => {
    const count = given.get(sender) ?? 0;
    given.set(sender, count + 1);
    const thing = things[count % things.length];
    if (thing === undefined) throw new Error('there is nothing to take in turn');
    return thing;
  };
}
