import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { LoadResult } from '../measure/drive-load.ts';
import { inRounds, medianOf } from './rounds.ts';

/** Work of the gateway against which nothing is held: its processor time, throughput and latencies. */
export async function plainCost(
  run: BenchRun,
  work: string,
  own: (effort: number) => Promise<LoadResult>,
): Promise<Measure> {
  const rounds = await inRounds(run, { own });
  return {
    work,
    measure: 'processor time',
    unit: 'ms',
    value: medianOf(rounds, (round) => round.own.processorMs),
    details: {
      perSecond: medianOf(rounds, (round) => round.own.perSecond),
      p50Ms: medianOf(rounds, (round) => round.own.p50Ms),
      p99Ms: medianOf(rounds, (round) => round.own.p99Ms),
    },
  };
}
