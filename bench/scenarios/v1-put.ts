import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Budget, Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { v1Body, v1Put } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';
import { runIn } from './run-in.ts';

const CONNECTIONS = 4;

/** What is put, how often in a round, and what it may cost. */
export interface V1PutWork {
  readonly work: string;
  readonly picture: BenchPicture;
  /** What the servers are run in with. */
  readonly avatar: BenchPicture;
  readonly requests: number;
  readonly processorBudget?: Budget;
  readonly throughputBudget?: Budget;
}

/** v1's update: the gateway, the two naive servers and the floor in turn. No upload is an unchanged one. */
export async function v1PutScenario(run: BenchRun, put: V1PutWork): Promise<Measure[]> {
  const gateway = await run.startGateway('v1-put');
  const durable = await run.startServer('durable-naive-server.ts');
  const naive = await run.startServer('naive-server.ts');
  const load = (server: ChildServer) => {
    const nextBody = inTurn(put.picture.variants.map(v1Body));
    return (effort: number) =>
      driveLoad(server, (_index, sender) => v1Put(7000 + sender, nextBody(sender)), {
        requests: Math.max(CONNECTIONS, Math.round(put.requests * effort)),
        connections: CONNECTIONS,
      });
  };
  const onGateway = load(gateway);
  const onDurable = load(durable);
  const onNaive = load(naive);
  try {
    await runIn(run, [gateway, durable, naive], put.avatar);
    await onGateway(0.2);
    await onDurable(0.2);
    await onNaive(0.2);
    const loop = (kind: 'floor' | 'bare') => (effort: number) =>
      run.floor(kind, put.picture.path, Math.max(3, Math.round(put.requests * effort)));
    const rounds = await inRounds(run, {
      gateway: onGateway,
      floor: loop('floor'),
      durable: onDurable,
      naive: onNaive,
      bare: loop('bare'),
    });
    return [
      {
        work: put.work,
        measure: 'server processor time / floor',
        value: medianOf(rounds, (round) => round.gateway.processorMs / round.floor),
        ...(put.processorBudget ? { budget: put.processorBudget } : {}),
        details: {
          gatewayMs: medianOf(rounds, (round) => round.gateway.processorMs),
          durableMs: medianOf(rounds, (round) => round.durable.processorMs),
          naiveMs: medianOf(rounds, (round) => round.naive.processorMs),
          floorMs: medianOf(rounds, (round) => round.floor),
          bareMs: medianOf(rounds, (round) => round.bare),
        },
      },
      {
        work: put.work,
        measure: 'throughput / durable naive server',
        value: medianOf(rounds, (round) => round.gateway.perSecond / round.durable.perSecond),
        ...(put.throughputBudget ? { budget: put.throughputBudget } : {}),
        details: {
          gatewayPerSecond: medianOf(rounds, (round) => round.gateway.perSecond),
          durablePerSecond: medianOf(rounds, (round) => round.durable.perSecond),
          naivePerSecond: medianOf(rounds, (round) => round.naive.perSecond),
          gatewayP50Ms: medianOf(rounds, (round) => round.gateway.p50Ms),
          gatewayP99Ms: medianOf(rounds, (round) => round.gateway.p99Ms),
          durableP50Ms: medianOf(rounds, (round) => round.durable.p50Ms),
          durableP99Ms: medianOf(rounds, (round) => round.durable.p99Ms),
        },
      },
    ];
  } finally {
    await gateway.stop();
    await durable.stop();
    await naive.stop();
  }
}
