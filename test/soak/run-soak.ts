import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { DEMO_CLIENTS, type DemoClient, fixture } from '../contract/demo-clients.ts';
import { BUILT_PROGRAM, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { BREAKS, misbehave } from './broken-client.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import {
  CLIENTS_PER_GATEWAY,
  describeHoldings,
  faultsOf,
  measureAll,
  required,
  type SoakedGateway,
  type SoakReport,
  STAGES,
  type Stage,
} from './soak-holdings.ts';

const FAULTY_SHARE = 0.05;
const LARGE_SHARE = 0.1;
/** Within it every stalled body has run into its limit, and the work that was queued is done. */
const SETTLE_SECONDS = 30;

/** How much is shown of the log of a gateway that has a fault. */
const MOST_LOG_CHARACTERS = 20_000;

/** Runs the soak for so many seconds; a line is told of each measurement. */
export async function runSoak(seconds: number, tell: (line: string) => void): Promise<SoakReport> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-soak-'));
  const pictures = { small: await fixture('portrait.jpg'), large: await fixture('camera.jpg') };
  // The demo is a legacy backend of all four dialects.
  const backend = await startGatewayProcess(
    [
      '--config',
      await writeSettings(join(folder, 'backend.yaml'), {}),
      '--data-dir',
      join(folder, 'backend'),
    ],
    {},
    BUILT_PROGRAM,
  );
  const gateways: SoakedGateway[] = [];
  try {
    for (const stage of STAGES) gateways.push(await startInStage(stage, backend.url, folder));
    const began = Math.min(60, seconds / 3);
    await callAll(gateways, pictures, began);
    const first = await measureAll(gateways);
    tell(describeHoldings(`after ${began} s`, gateways, first));
    await callAll(gateways, pictures, seconds - began);
    const last = await measureAll(gateways);
    tell(describeHoldings(`after ${seconds} s`, gateways, last));
    const report = gateways.map(({ stage, statuses, misbehaved, probes }, at) => ({
      stage,
      statuses: Object.fromEntries([...statuses].sort(([one], [other]) => one - other)),
      misbehaved,
      probes,
      first: required(first[at]),
      last: required(last[at]),
    }));
    for (const { stage, statuses, misbehaved, probes } of report)
      tell(`${stage}: ${JSON.stringify({ statuses, misbehaved, probes })}`);
    for (const [at, one] of report.entries()) {
      const log = gateways[at]?.process.output().slice(-MOST_LOG_CHARACTERS);
      if (faultsOf(one).length > 0) tell(`${one.stage} logged at the end:\n${log}`);
    }
    return { seconds, gateways: report, faults: report.flatMap(faultsOf) };
  } finally {
    for (const { process, proxy } of gateways) {
      await process.end('SIGKILL');
      await proxy.stop();
    }
    await backend.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

async function startInStage(stage: Stage, backendUrl: string, folder: string): Promise<SoakedGateway> {
  const proxy = await startFaultyProxy(backendUrl, FAULTY_SHARE);
  const file = await writeSettings(join(folder, `${stage}.yaml`), {
    limits: { bodyTimeoutSeconds: 3, headersTimeoutSeconds: 5, keepAliveTimeoutSeconds: 5 },
    migration: {
      backends: DEMO_CLIENTS.map(({ dialect }) => ({
        tenant: 'demo',
        dialect,
        baseUrl: proxy.url,
        initialStage: stage,
        timeoutSeconds: 5,
        settleSeconds: 2,
        shadow: { timeoutSeconds: 10, queue: 64 },
        credential: BACKEND_CREDENTIALS[dialect],
      })),
    },
  });
  const dataDir = join(folder, stage);
  const process = await startGatewayProcess(['--config', file, '--data-dir', dataDir], {}, BUILT_PROGRAM);
  return {
    stage,
    process,
    proxy,
    dataDir,
    statuses: new Map(),
    misbehaved: 0,
    probes: { ready: 0, notReady: 0, lies: 0 },
  };
}

const BACKEND_CREDENTIALS: Readonly<Record<string, object>> = {
  'capillary-v2': {
    kind: 'basic',
    username: 'store.server',
    password: 'server123',
    passwordDigest: 'md5-hex',
  },
  'magicline-v1': { kind: 'header', name: 'x-api-key', value: 'demo-v1-key' },
  smartsheet: { kind: 'bearer', token: 'demo-smartsheet-admin' },
  timbu: { kind: 'subject-jwt', secret: 'demo-timbu-secret', claim: 'user_id', ttlSeconds: 300 },
};

async function writeSettings(file: string, further: object): Promise<string> {
  const demo = parse(await readFile(DEMO_FILE, 'utf8')) as object;
  const common = { imaging: { workers: 1 }, rateLimits: { enabled: false }, log: { level: 'error' } };
  await writeFile(file, stringify({ ...demo, ...common, ...further }));
  return file;
}

/** Has every gateway called for so long, and waits until what the clients left behind has ended. */
async function callAll(
  gateways: readonly SoakedGateway[],
  pictures: { readonly small: Buffer; readonly large: Buffer },
  seconds: number,
): Promise<void> {
  const over = AbortSignal.timeout(seconds * 1000);
  await Promise.all(
    gateways.flatMap((gateway) => [
      ...Array.from({ length: CLIENTS_PER_GATEWAY }, () => callUntil(over, gateway, pictures)),
      probeUntil(over, gateway),
    ]),
  );
  await pause(SETTLE_SECONDS * 1000);
}

async function callUntil(
  over: AbortSignal,
  gateway: SoakedGateway,
  pictures: { readonly small: Buffer; readonly large: Buffer },
): Promise<void> {
  while (!over.aborted) {
    const client = pick(DEMO_CLIENTS);
    if (Math.random() < FAULTY_SHARE) {
      gateway.misbehaved += 1;
      await misbehave(gateway.process.url, client, pick(BREAKS));
      continue;
    }
    const status = await callOnce(gateway.process.url, client, pictures);
    gateway.statuses.set(status, (gateway.statuses.get(status) ?? 0) + 1);
    // People do not call without a pause; and the machine has other work.
    await pause(20 + Math.random() * 80);
  }
}

async function callOnce(
  url: string,
  client: DemoClient,
  { small, large }: { readonly small: Buffer; readonly large: Buffer },
): Promise<number> {
  try {
    if (Math.random() < 0.5) {
      const picture = Math.random() < LARGE_SHARE ? large : small;
      const answer = await client.upload(url, picture, 'ada.jpg');
      await answer.arrayBuffer();
      return answer.status;
    }
    const address = await client.address(url);
    if (address === undefined) return 200;
    const answer = await fetch(address);
    await answer.arrayBuffer();
    return answer.status;
  } catch (cause) {
    // Reading a person through a dialect throws what was answered.
    return Number(/^(\d{3}) /.exec(Error.isError(cause) ? cause.message : '')?.[1] ?? 0);
  }
}

/** Ready is who serves: a gateway that says so answers from its own store as well. */
async function probeUntil(over: AbortSignal, { process: { url }, probes }: SoakedGateway): Promise<void> {
  while (!over.aborted) {
    const ready = await statusOf(`${url}/readyz`);
    if (ready === 200) {
      probes.ready += 1;
      const served = await statusOf(`${url}/native/v1/subjects/john/image`, {
        authorization: 'Bearer demo-native-key',
      });
      if (served !== 404 && served !== 200) probes.lies += 1;
    } else probes.notReady += 1;
    await pause(1_000);
  }
}

async function statusOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(20_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

function pick<T>(items: readonly T[]): T {
  return required(items[Math.floor(Math.random() * items.length)]);
}
