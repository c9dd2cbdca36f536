import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { watchPeakMemory } from '../measure/process-tree.ts';
import { capillaryAdd, capillaryBody } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';

const CONNECTIONS = 4;
const MEBIBYTE = 1024 * 1024;

/** Capillary stores the bytes as they are: the gateway against a durable naive server that decodes the same bodies, as the gateway does. */
export async function capillaryStoreScenario(run: BenchRun, picture: BenchPicture): Promise<Measure[]> {
  return [await capillaryStore(run, 'capillary-jpeg', 'Capillary, 8 MB stored as it is', picture)];
}

async function capillaryStore(
  run: BenchRun,
  name: string,
  work: string,
  picture: BenchPicture,
): Promise<Measure> {
  const gateway = await run.startGateway(name);
  const durable = await run.startServer('durable-naive-server.ts');
  const load = (server: typeof gateway) => {
    const nextBody = inTurn(picture.variants.map(capillaryBody));
    return (effort: number) =>
      driveLoad(server, (_index, sender) => capillaryAdd(8000 + sender, nextBody(sender)), {
        requests: Math.max(CONNECTIONS, Math.round(24 * effort)),
        connections: CONNECTIONS,
      });
  };
  const onGateway = load(gateway);
  const onDurable = load(durable);
  try {
    await onGateway(0.3);
    await onDurable(0.3);
    const rounds = await inRounds(run, {
      gateway: onGateway,
      durable: onDurable,
    });
    return {
      work,
      measure: 'processor time / durable naive server that decodes',
      value: medianOf(rounds, (round) => round.gateway.processorMs / round.durable.processorMs),
      budget: { atMost: 1.2 },
      details: {
        gatewayMs: medianOf(rounds, (round) => round.gateway.processorMs),
        durableMs: medianOf(rounds, (round) => round.durable.processorMs),
      },
    };
  } finally {
    await gateway.stop();
    await durable.stop();
  }
}

/** Many of the largest uploads at once: memory must not grow with their number. */
export async function capillaryCrowdScenario(run: BenchRun, picture: BenchPicture): Promise<Measure[]> {
  const peaks: Record<string, number> = {};
  for (const crowd of [16, 64]) {
    const gateway = await run.startGateway(`crowd-${crowd}`);
    const file = paddedJpeg(picture.variants[0], 49 * MEBIBYTE);
    const body = capillaryBody(file);
    const watch = watchPeakMemory(gateway.pid);
    try {
      await driveLoad(gateway, (index) => capillaryAdd(9000 + index, body), {
        requests: crowd,
        connections: crowd,
      });
    } finally {
      peaks[`peak${crowd}MiB`] = (await watch.stop()) / MEBIBYTE;
      await gateway.stop();
    }
  }
  return [
    {
      work: '64 x 49 MB at once',
      measure: 'peak memory of the tree',
      unit: 'MiB',
      value: peaks.peak64MiB ?? Number.NaN,
      budget: { atMost: 400 },
      details: peaks,
    },
  ];
}

/** A JPEG with bytes after its end mark, as some cameras leave them. */
function paddedJpeg(jpeg: Buffer, bytes: number): Buffer {
  return Buffer.concat([jpeg, Buffer.alloc(bytes - jpeg.byteLength)]);
}
