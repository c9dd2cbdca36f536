import { request } from 'undici';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { inRounds, medianOf } from './rounds.ts';

/** From the start of the process to its first answer. */
export async function startScenario(run: BenchRun): Promise<Measure[]> {
  const timeStart = (start: () => Promise<ChildServer>) => async () => {
    const began = performance.now();
    const server = await start();
    const answer = await request(`${server.baseUrl}/healthz`);
    await answer.body.dump();
    const took = performance.now() - began;
    await server.stop();
    return took;
  };
  let starts = 0;
  const rounds = await inRounds(run, {
    gateway: timeStart(() => {
      starts += 1;
      return run.startGateway(`start-${starts}`);
    }),
  });
  return [
    {
      work: 'start to first answer',
      measure: 'time',
      unit: 'ms',
      value: medianOf(rounds, (round) => round.gateway),
      budget: { atMost: 1000 },
      details: {},
    },
  ];
}
