import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { watchPeakMemory } from '../measure/process-tree.ts';
import { capillaryAdd, capillaryBody } from './legacy-requests.ts';
import { inRounds, inTurn, medianOf } from './rounds.ts';

const CONNECTIONS = 4;
const MEBIBYTE = 1024 * 1024;

/**
 * Capillary stores the bytes as they are: the gateway against a bare busboy server that hashes and fsyncs the same bodies. A JPEG is
 * decoded all the same, to know that it is whole; a HEIC is walked.
 */
export async function capillaryStoreScenario(
  run: BenchRun,
  pictures: { readonly jpeg: BenchPicture; readonly heic: BenchPicture },
): Promise<Measure[]> {
  return [
    await capillaryStore(run, 'capillary-jpeg', 'Capillary, 8 MB stored as it is', pictures.jpeg),
    await capillaryStore(run, 'capillary-heic', 'Capillary, 8 MB of HEIC stored as it is', pictures.heic),
  ];
}

async function capillaryStore(
  run: BenchRun,
  name: string,
  work: string,
  picture: BenchPicture,
): Promise<Measure> {
  const gateway = await run.startGateway(name);
  const busboy = await run.startServer('busboy-server.ts');
  const load = (server: typeof gateway) => {
    const nextBody = inTurn(picture.variants.map(capillaryBody));
    return (effort: number) =>
      driveLoad(server, (_index, sender) => capillaryAdd(8000 + sender, nextBody(sender)), {
        requests: Math.max(CONNECTIONS, Math.round(24 * effort)),
        connections: CONNECTIONS,
      });
  };
  const onGateway = load(gateway);
  const onBusboy = load(busboy);
  try {
    await onGateway(0.3);
    await onBusboy(0.3);
    const rounds = await inRounds(run, {
      gateway: onGateway,
      busboy: onBusboy,
    });
    return {
      work,
      measure: 'server processor time / bare busboy server',
      value: medianOf(rounds, (round) => round.gateway.processorMs / round.busboy.processorMs),
      budget: { atMost: 1.25 },
      details: {
        gatewayMs: medianOf(rounds, (round) => round.gateway.processorMs),
        busboyMs: medianOf(rounds, (round) => round.busboy.processorMs),
      },
    };
  } finally {
    await gateway.stop();
    await busboy.stop();
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
