import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { memoryOfTree } from '../../bench/measure/process-tree.ts';
import { DEMO_CLIENTS, type DemoClient, fixture } from '../contract/demo-clients.ts';
import { BUILT_PROGRAM, type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { BREAKS, misbehave } from './broken-client.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';

/** The stages of a migration; `complete` calls no backend any more. */
const STAGES = ['pass-through', 'shadow', 'dual-write', 'switched', 'complete'] as const;
type Stage = (typeof STAGES)[number];

const FAULTY_SHARE = 0.05;
const LARGE_SHARE = 0.1;
const CLIENTS_PER_GATEWAY = 2;
/** Within it every stalled body has run into its limit, and the work that was queued is done. */
const SETTLE_SECONDS = 30;

/** How much is shown of the log of a gateway that has a fault. */
const MOST_LOG_CHARACTERS = 20_000;

/** What may be more at the end than after the first minute. */
const MORE_DESCRIPTORS = 16;
const MORE_CONNECTIONS = 8;
const MORE_MEMORY = { share: 1.25, bytes: 64 * 1024 * 1024 };

/** What a gateway holds while no client calls it. */
interface Holdings {
  readonly descriptors: number;
  readonly backendConnections: number;
  readonly temporaryFiles: number;
  readonly memoryMiB: number;
}

interface SoakedGateway {
  readonly stage: Stage;
  readonly process: GatewayProcess;
  readonly proxy: FaultyProxy;
  readonly dataDir: string;
  /** By status; 0 where the connection broke. */
  readonly statuses: Map<number, number>;
  misbehaved: number;
  readonly probes: { ready: number; notReady: number; lies: number };
}

/** The figures of a soak. */
export interface SoakReport {
  readonly seconds: number;
  readonly gateways: readonly {
    readonly stage: Stage;
    readonly statuses: Readonly<Record<string, number>>;
    readonly misbehaved: number;
    readonly probes: { readonly ready: number; readonly notReady: number; readonly lies: number };
    readonly first: Holdings;
    readonly last: Holdings;
  }[];
  readonly faults: readonly string[];
}

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

function measureAll(gateways: readonly SoakedGateway[]): Promise<Holdings[]> {
  return Promise.all(
    gateways.map(async ({ process: { child }, proxy, dataDir }) => {
      const pid = required(child.pid);
      const files = await readdir(join(dataDir, 'spool'), { recursive: true, withFileTypes: true });
      return {
        descriptors: (await readdir(`/proc/${pid}/fd`)).length,
        backendConnections: proxy.connections(),
        temporaryFiles: files.filter((entry) => entry.isFile()).length,
        memoryMiB: Math.round((await memoryOfTree(pid)) / 1024 / 1024),
      };
    }),
  );
}

function faultsOf({ stage, statuses, probes, first, last }: SoakReport['gateways'][number]): string[] {
  const most = {
    descriptors: first.descriptors + MORE_DESCRIPTORS,
    backendConnections: stage === 'complete' ? 0 : first.backendConnections + MORE_CONNECTIONS,
    temporaryFiles: 0,
    memoryMiB: first.memoryMiB * MORE_MEMORY.share + MORE_MEMORY.bytes / 1024 / 1024,
  };
  const failed = Object.entries(statuses).filter(([status]) => Number(status) >= 500 || status === '0');
  return [
    ...(['descriptors', 'backendConnections', 'temporaryFiles', 'memoryMiB'] as const).flatMap((what) =>
      last[what] > most[what]
        ? [`${stage}: ${what} ${last[what]} at the end, ${first[what]} after the first minute`]
        : [],
    ),
    ...(probes.lies > 0 ? [`${stage}: ${probes.lies} times ready and yet not serving`] : []),
    ...(probes.ready === 0 ? [`${stage}: never ready`] : []),
    ...((statuses[200] ?? 0) === 0 ? [`${stage}: no call succeeded`] : []),
    // Where no backend is called, its faults are no excuse.
    ...(stage === 'complete' && failed.length > 0
      ? [`${stage}: answered ${JSON.stringify(Object.fromEntries(failed))}`]
      : []),
  ];
}

function describeHoldings(
  when: string,
  gateways: readonly SoakedGateway[],
  holdings: readonly Holdings[],
): string {
  const rows = gateways.map(({ stage }, at) => {
    const { descriptors, backendConnections, temporaryFiles, memoryMiB } = required(holdings[at]);
    return `  ${stage.padEnd(13)} ${String(descriptors).padStart(4)} descriptors  ${String(backendConnections).padStart(3)} backend connections  ${temporaryFiles} temporary files  ${memoryMiB} MiB`;
  });
  return [when, ...rows].join('\n');
}

function pick<T>(items: readonly T[]): T {
  return required(items[Math.floor(Math.random() * items.length)]);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is one for each');
  return value;
}
