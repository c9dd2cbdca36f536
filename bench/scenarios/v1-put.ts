import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Budget, Measure } from '../budget.ts';
import { driveLoad, type LoadResult } from '../measure/drive-load.ts';
import { v1Body, v1Put } from './legacy-requests.ts';
import { inRounds, medianOf } from './rounds.ts';

const CONNECTIONS = 4;

/** What is put, how often in a round, and what it may cost. */
export interface V1PutWork {
  readonly work: string;
  readonly picture: BenchPicture;
  readonly requests: number;
  readonly processorBudget?: Budget;
  readonly throughputBudget?: Budget;
}

/** v1's update: the gateway, the naive server and the floor in turn. No upload is an unchanged one. */
export async function v1PutScenario(run: BenchRun, put: V1PutWork): Promise<Measure[]> {
  const bodies = put.picture.variants.map(v1Body);
  const gateway = await run.startGateway('v1-put');
  const naive = await run.startServer('naive-server.ts');
  let turn = 0;
  const load = (server: typeof gateway) => async (effort: number) => {
    turn += 1;
    const requests = Math.max(CONNECTIONS, Math.round(put.requests * effort));
    const bodyAt = (index: number) =>
      bodies[(Math.floor(index / CONNECTIONS) + turn + index) % 2] ?? bodies[0];
    const sent = new Map<number, number>();
    return driveLoad(
      server,
      (index, sender) => {
        const count = (sent.get(sender) ?? 0) + 1;
        sent.set(sender, count);
        return v1Put(7000 + sender, bodyAt(count) ?? v1Body(put.picture.variants[0]));
      },
      { requests, connections: CONNECTIONS },
    );
  };
  try {
    await load(gateway)(0.2);
    await load(naive)(0.2);
    const rounds = await inRounds<'gateway' | 'naive', LoadResult>(run, {
      gateway: load(gateway),
      naive: load(naive),
    });
    const floors = await inRounds(run, {
      floor: (effort) => run.floor('floor', put.picture.path, Math.max(3, Math.round(put.requests * effort))),
      bare: (effort) => run.floor('bare', put.picture.path, Math.max(3, Math.round(put.requests * effort))),
    });
    const floor = medianOf(floors, (round) => round.floor);
    return [
      {
        work: put.work,
        measure: 'server processor time / floor',
        value: medianOf(rounds, (round) => round.gateway.processorMs) / floor,
        ...(put.processorBudget ? { budget: put.processorBudget } : {}),
        details: {
          gatewayMs: medianOf(rounds, (round) => round.gateway.processorMs),
          naiveMs: medianOf(rounds, (round) => round.naive.processorMs),
          floorMs: floor,
          bareMs: medianOf(floors, (round) => round.bare),
        },
      },
      {
        work: put.work,
        measure: 'throughput / naive server (not durable)',
        value: medianOf(rounds, (round) => round.gateway.perSecond / round.naive.perSecond),
        ...(put.throughputBudget ? { budget: put.throughputBudget } : {}),
        details: {
          gatewayPerSecond: medianOf(rounds, (round) => round.gateway.perSecond),
          naivePerSecond: medianOf(rounds, (round) => round.naive.perSecond),
          gatewayP50Ms: medianOf(rounds, (round) => round.gateway.p50Ms),
          gatewayP99Ms: medianOf(rounds, (round) => round.gateway.p99Ms),
          naiveP50Ms: medianOf(rounds, (round) => round.naive.p50Ms),
          naiveP99Ms: medianOf(rounds, (round) => round.naive.p99Ms),
        },
      },
    ];
  } finally {
    await gateway.stop();
    await naive.stop();
  }
}
