import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { driveLoad, type LoadResult } from '../measure/drive-load.ts';
import { v1Body, v1Put } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';
import { runIn } from './run-in.ts';

const CONNECTIONS = 4;
const REQUESTS = 300;

/** Avatars through one gateway, and the same number through two on one store. */
export async function twoGatewaysScenario(run: BenchRun, picture: BenchPicture): Promise<Measure[]> {
  const alone = await run.startGateway('alone');
  const pair = [await run.startGateway('shared'), await run.startGateway('shared')] as const;
  const load = (server: ChildServer, firstCustomer: number, share: number) => {
    const nextBody = inTurn(picture.variants.map(v1Body));
    return (effort: number) =>
      driveLoad(server, (_index, sender) => v1Put(firstCustomer + sender, nextBody(sender)), {
        requests: Math.round(REQUESTS * share * effort),
        connections: Math.round(CONNECTIONS * share),
      });
  };
  const loadAlone = load(alone, 7400, 1);
  const loads = [load(pair[0], 7500, 0.5), load(pair[1], 7600, 0.5)] as const;
  const both = async (effort: number): Promise<number> => {
    const results = await Promise.all(loads.map((loadOne) => loadOne(effort)));
    return results.reduce((total, { processorMs }) => total + processorMs / results.length, 0);
  };
  try {
    await runIn(run, [alone, ...pair], picture);
    await loadAlone(0.3);
    await both(0.3);
    const rounds = await inRounds(run, {
      one: async (effort) => ((await loadAlone(effort)) satisfies LoadResult).processorMs,
      two: both,
    });
    return [
      {
        work: 'two gateway processes on one store / one',
        measure: 'processor time per 30 KB avatar',
        value: medianOf(rounds, (round) => round.two / round.one),
        details: {
          oneMs: medianOf(rounds, (round) => round.one),
          twoMs: medianOf(rounds, (round) => round.two),
        },
      },
    ];
  } finally {
    await Promise.all([alone, ...pair].map((server) => server.stop()));
  }
}
