import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { type BenchRequest, driveLoad, type LoadResult } from '../measure/drive-load.ts';
import { costOfChildren } from '../measure/process-tree.ts';
import { v1Get } from './legacy-requests.ts';
import { uploadAndFetch } from './reads.ts';
import { inRounds, medianOf } from './rounds.ts';

/** Enough connections that each of the two processes gets some of them. */
const CONNECTIONS = 16;
/** Requests that each process answers in a round, so that one of two is as warm as the one alone. */
const REQUESTS_PER_PROCESS = 3_000;
/** Rounds' worth of requests before the first one that counts: V8 is still compiling after 3,000. */
const RUN_IN = 4;
const PROCESSES = 2;
const CUSTOMER = 7300;

/** One load, and whose processor time it took. */
interface ProcessLoad extends LoadResult {
  /** Processors that the driver of the load used: from 1 on it is the driver that is measured. */
  readonly driverProcessors: number;
  /** Requests a second if the busiest process had a processor of its own: requests by its processor seconds. */
  readonly capacity: number;
}

/**
 * Reads through one process and through two that share a port. Throughput says what this machine gave, driver included; where driver and
 * processes share too few processors it cannot show what a second process is worth. `capacity` is reckoned from processor time instead.
 */
export async function processesScenario(run: BenchRun, picture: Buffer): Promise<Measure[]> {
  const one = await run.startGateway('one-process');
  const two = await run.startGateway('two-processes', {}, ['--processes', String(PROCESSES)]);
  try {
    const downloads = { one: await uploadAndFetch(one, picture), two: await uploadAndFetch(two, picture) };
    const download = (path: string) => ({ method: 'GET', path, expect: 200 }) as const;
    const json = v1Get(CUSTOMER);
    return [
      ...(await compare(run, 'signed download, 100 KB', {
        one: loadOn(one, download(downloads.one.path), false),
        two: loadOn(two, download(downloads.two.path), true),
      })),
      ...(await compare(run, 'GET customer (JSON)', {
        one: loadOn(one, json, false),
        two: loadOn(two, json, true),
      })),
    ];
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
}

type Load = (effort: number) => Promise<ProcessLoad>;

/** `isSupervised`: the server's children are the processes; otherwise it is the one process itself. */
function loadOn(server: ChildServer, get: BenchRequest, isSupervised: boolean): Load {
  return async (effort) => {
    const before = await costOfChildren(server.pid);
    const driverBefore = process.cpuUsage();
    const result = await driveLoad(server, () => get, {
      requests: Math.round(REQUESTS_PER_PROCESS * (isSupervised ? PROCESSES : 1) * effort),
      connections: CONNECTIONS,
    });
    const driver = process.cpuUsage(driverBefore);
    const after = await costOfChildren(server.pid);
    const ofChildren = [...after].map(
      ([pid, { processorSeconds }]) => processorSeconds - (before.get(pid)?.processorSeconds ?? 0),
    );
    const busiest = isSupervised ? Math.max(...ofChildren) : (result.processorMs * result.requests) / 1000;
    return {
      ...result,
      driverProcessors: (driver.user + driver.system) / 1e6 / result.seconds,
      capacity: result.requests / busiest,
    };
  };
}

async function compare(
  run: BenchRun,
  what: string,
  loads: { readonly one: Load; readonly two: Load },
): Promise<Measure[]> {
  await loads.one(RUN_IN);
  await loads.two(RUN_IN);
  const rounds = await inRounds<{ one: ProcessLoad; two: ProcessLoad }>(run, loads);
  const work = `${what}, two processes / one`;
  const of = (read: (load: ProcessLoad) => number) => ({
    one: medianOf(rounds, (round) => read(round.one)),
    two: medianOf(rounds, (round) => read(round.two)),
  });
  const cost = of((load) => load.processorMs);
  const throughput = of((load) => load.perSecond);
  const driver = of((load) => load.driverProcessors);
  return [
    {
      work,
      measure: 'processor time per request',
      value: medianOf(rounds, (round) => round.two.processorMs / round.one.processorMs),
      budget: { atMost: 1.1 },
      details: { oneMs: cost.one, twoMs: cost.two },
    },
    {
      work,
      measure: 'capacity by processor time of the busiest process',
      value: medianOf(rounds, (round) => round.two.capacity / round.one.capacity),
      budget: { atLeast: 1.7 },
      details: {
        onePerSecond: of((load) => load.capacity).one,
        twoPerSecond: of((load) => load.capacity).two,
      },
    },
    {
      work,
      measure: 'throughput as seen by the driver, which needs processors itself',
      value: medianOf(rounds, (round) => round.two.perSecond / round.one.perSecond),
      details: {
        onePerSecond: throughput.one,
        twoPerSecond: throughput.two,
        driverProcessorsOne: driver.one,
        driverProcessorsTwo: driver.two,
      },
    },
  ];
}
