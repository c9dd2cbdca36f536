import { randomBytes } from 'node:crypto';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { type BenchRequest, driveLoad } from '../measure/drive-load.ts';
import { watchPeakMemory } from '../measure/process-tree.ts';
import { v1Get } from './legacy-requests.ts';
import { inRounds, medianOf } from './rounds.ts';

const MEBIBYTE = 1024 * 1024;

/** An operation that no document names: it is passed on as it is, and comes back as it went. */
function echo(bytes: Buffer): BenchRequest {
  return {
    method: 'POST',
    path: '/v1/undocumented',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: { headers: { 'content-type': 'application/octet-stream' }, bytes },
    expect: 200,
  };
}

/** The shim before a backend that costs nothing: what it adds to a small exchange, and what a body of 49 MB adds to its memory. */
export async function passThroughScenario(run: BenchRun): Promise<Measure[]> {
  const backend = await run.startServer('echo-server.ts');
  const shim = await run.startGateway('pass-through', {
    migration: {
      backends: [{ tenant: 'demo', dialect: 'magicline-v1', baseUrl: backend.baseUrl }],
    },
  });
  try {
    return [await addedLatency(run, backend, shim), await addedMemory(run, shim)];
  } finally {
    await shim.stop();
    await backend.stop();
  }
}

async function addedLatency(run: BenchRun, backend: ChildServer, shim: ChildServer): Promise<Measure> {
  const load = (server: ChildServer) => (effort: number) =>
    driveLoad(server, () => v1Get(1001), { requests: Math.round(1_000 * effort), connections: 1 });
  const direct = load(backend);
  const through = load(shim);
  await direct(0.3);
  await through(0.3);
  const rounds = await inRounds(run, { direct, through });
  return {
    work: 'pass-through, small exchange',
    measure: 'added at the median',
    unit: 'ms',
    value: medianOf(rounds, (round) => round.through.p50Ms - round.direct.p50Ms),
    budget: { atMost: 2 },
    details: {
      directP50Ms: medianOf(rounds, (round) => round.direct.p50Ms),
      throughP50Ms: medianOf(rounds, (round) => round.through.p50Ms),
      directP99Ms: medianOf(rounds, (round) => round.direct.p99Ms),
      throughP99Ms: medianOf(rounds, (round) => round.through.p99Ms),
    },
  };
}

/** Over what the process holds after the small exchanges; the body goes there and back. */
async function addedMemory({ scale }: BenchRun, shim: ChildServer): Promise<Measure> {
  const before = await peakOf(shim, () => driveLoad(shim, () => v1Get(1001), SMALL));
  const large = echo(randomBytes(49 * MEBIBYTE));
  const peak = await peakOf(shim, () =>
    driveLoad(shim, () => large, { requests: Math.max(2, Math.round(12 * scale.effort)), connections: 1 }),
  );
  return {
    work: 'pass-through, 49 MB there and back',
    measure: 'added memory',
    unit: 'MiB',
    value: (peak - before) / MEBIBYTE,
    details: { beforeMiB: before / MEBIBYTE, peakMiB: peak / MEBIBYTE },
  };
}

const SMALL = { requests: 300, connections: 1 };

async function peakOf({ pid }: ChildServer, work: () => Promise<unknown>): Promise<number> {
  const watch = watchPeakMemory(pid);
  let peak = Number.NaN;
  try {
    await work();
  } finally {
    peak = await watch.stop();
  }
  return peak;
}
