import { request } from 'undici';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { inRounds, medianOf } from './rounds.ts';

/** From the start of the process to its first answer, against an import of Express and sharp. */
export async function startScenario(run: BenchRun): Promise<Measure[]> {
  const timed = (start: () => Promise<ChildServer>) => async () => {
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
    gateway: timed(() => {
      starts += 1;
      return run.startGateway(`start-${starts}`);
    }),
    bare: timed(() => run.startServer('bare-start.ts')),
  });
  return [
    {
      work: 'start to first answer',
      measure: 'time / bare Express + sharp import',
      value: medianOf(rounds, (round) => round.gateway / round.bare),
      budget: { atMost: 1.5 },
      details: {
        gatewayMs: medianOf(rounds, (round) => round.gateway),
        bareMs: medianOf(rounds, (round) => round.bare),
      },
    },
  ];
}
