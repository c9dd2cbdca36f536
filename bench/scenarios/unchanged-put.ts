import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { v1Body, v1Put } from './legacy-requests.ts';
import { inRounds, medianOf } from './rounds.ts';
import { runIn } from './run-in.ts';

const CONNECTIONS = 4;

/** The same bytes for the same customer again and again: a new version without decoding, against the durable naive server. */
export async function unchangedPutScenario(
  run: BenchRun,
  picture: BenchPicture,
  avatar: BenchPicture,
): Promise<Measure[]> {
  const body = v1Body(picture.variants[0]);
  const gateway = await run.startGateway('unchanged');
  const durable = await run.startServer('durable-naive-server.ts');
  const load = (server: typeof gateway, requests: number) => (effort: number) =>
    driveLoad(server, (_index, sender) => v1Put(7100 + sender, body), {
      requests: Math.max(CONNECTIONS, Math.round(requests * effort)),
      connections: CONNECTIONS,
    });
  try {
    await runIn(run, [gateway, durable], avatar);
    await load(gateway, 40)(1);
    const rounds = await inRounds(run, {
      gateway: load(gateway, 200),
      durable: load(durable, 24),
    });
    return [
      {
        work: 'unchanged re-upload, 12 MP',
        measure: 'throughput / durable naive server',
        value: medianOf(rounds, (round) => round.gateway.perSecond / round.durable.perSecond),
        budget: { atLeast: 4 },
        details: {
          gatewayPerSecond: medianOf(rounds, (round) => round.gateway.perSecond),
          durablePerSecond: medianOf(rounds, (round) => round.durable.perSecond),
          gatewayMs: medianOf(rounds, (round) => round.gateway.processorMs),
        },
      },
    ];
  } finally {
    await gateway.stop();
    await durable.stop();
  }
}
