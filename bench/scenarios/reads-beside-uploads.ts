import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { BenchPictures } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { type BenchRequest, driveLoad, type LoadResult, send } from '../measure/drive-load.ts';
import { quantile } from '../measure/median.ts';
import { v1Body, v1Get, v1Put } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';
import { RUN_IN_CUSTOMER, runIn } from './run-in.ts';

const CONNECTIONS = 4;
const UPLOADS = 48;
const FIRST_CUSTOMER = 7700;
const PAUSE_MS = 5;

type ReadLatencies = Pick<LoadResult, 'p50Ms' | 'p99Ms'>;

/**
 * What one reader, who pauses after each answer, waits while others upload photographs: for a customer's JSON of the gateway, for the
 * picture itself of the naive server, which has nothing else.
 */
export async function readsBesideUploadsScenario(
  run: BenchRun,
  { photo12, avatar }: BenchPictures,
): Promise<Measure[]> {
  const gateway = await run.startGateway('reads-beside-uploads');
  const naive = await run.startServer('naive-server.ts');
  const picture: BenchRequest = { method: 'GET', path: `/pictures/${RUN_IN_CUSTOMER}`, expect: 200 };
  const readsOf = (server: ChildServer, read: BenchRequest) => {
    const nextBody = inTurn(photo12.variants.map(v1Body));
    return async (effort: number) => {
      const uploads = driveLoad(
        server,
        (_index, sender) => v1Put(FIRST_CUSTOMER + sender, nextBody(sender)),
        {
          requests: Math.max(CONNECTIONS, Math.round(UPLOADS * effort)),
          connections: CONNECTIONS,
        },
      );
      return await latenciesUntil(uploads, server, read);
    };
  };
  try {
    await runIn(run, [gateway, naive], avatar);
    const rounds = await inRounds(run, {
      gateway: readsOf(gateway, v1Get(RUN_IN_CUSTOMER)),
      naive: readsOf(naive, picture),
    });
    return (['p50Ms', 'p99Ms'] as const).map((quantileMs) => ({
      work: 'v1 GET beside uploads of 12 MP',
      measure: `${quantileMs.replace('Ms', '')} / naive server`,
      value: medianOf(rounds, (round) => round.gateway[quantileMs] / round.naive[quantileMs]),
      details: {
        gatewayMs: medianOf(rounds, (round) => round.gateway[quantileMs]),
        naiveMs: medianOf(rounds, (round) => round.naive[quantileMs]),
      },
    }));
  } finally {
    await gateway.stop();
    await naive.stop();
  }
}

async function latenciesUntil(
  end: Promise<unknown>,
  server: ChildServer,
  read: BenchRequest,
): Promise<ReadLatencies> {
  const pool = new Pool(server.baseUrl, { connections: 1 });
  const latencies: number[] = [];
  const over = new AbortController();
  const readOn = async () => {
    while (!over.signal.aborted) {
      latencies.push(await send(pool, read));
      await pause(PAUSE_MS);
    }
  };
  try {
    await Promise.all([end.finally(() => over.abort()), readOn()]);
  } finally {
    await pool.close();
  }
  return { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}
