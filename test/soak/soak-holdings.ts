import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryOfTree } from '../../bench/measure/process-tree.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import type { FaultyProxy } from './faulty-proxy.ts';

/** The stages of a migration; `complete` calls no backend any more. */
export const STAGES = ['pass-through', 'shadow', 'dual-write', 'switched', 'complete'] as const;

/** One of the stages. */
export type Stage = (typeof STAGES)[number];

/** Clients that call one gateway at once. */
export const CLIENTS_PER_GATEWAY = 2;

/**
 * Connections that one gateway can need at once: to the backend of each of the four dialects one for each
 * client, two for comparisons, and two for reconciling, since all clients write for the same person. They stay
 * open for reuse, so how many there are at a moment is a matter of chance below this limit. A connection that
 * leaks with every twentieth response passes it soon.
 */
const MOST_CONNECTIONS = 4 * (CLIENTS_PER_GATEWAY + 4);

/** What may be more at the end than after the first minute. */
const MORE_DESCRIPTORS = 8;
const MORE_MEMORY = { share: 1.25, bytes: 64 * 1024 * 1024 };

/** What a gateway holds while no client calls it. */
export interface Holdings {
  /** Without those of the connections to backends. */
  readonly descriptors: number;
  readonly backendConnections: number;
  readonly temporaryFiles: number;
  readonly memoryMiB: number;
}

/** A gateway in one stage, with what it did during the soak. */
export interface SoakedGateway {
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

/** Measures what each gateway holds now. */
export function measureAll(gateways: readonly SoakedGateway[]): Promise<Holdings[]> {
  return Promise.all(
    gateways.map(async ({ process: { child }, proxy, dataDir }) => {
      const pid = required(child.pid);
      const files = await readdir(join(dataDir, 'spool'), { recursive: true, withFileTypes: true });
      const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
      const backendConnections = proxy.connections();
      return {
        descriptors: descriptors - backendConnections,
        backendConnections,
        temporaryFiles: files.filter((entry) => entry.isFile()).length,
        memoryMiB: Math.round((await memoryOfTree(pid)) / 1024 / 1024),
      };
    }),
  );
}

/** What is wrong with a gateway after the soak. */
export function faultsOf({ stage, statuses, probes, first, last }: SoakReport['gateways'][number]): string[] {
  const most = {
    descriptors: first.descriptors + MORE_DESCRIPTORS,
    backendConnections: stage === 'complete' ? 0 : MOST_CONNECTIONS,
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

/** A line for each gateway. */
export function describeHoldings(
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

/** The value, which must be there. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is one for each');
  return value;
}
