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
