import type { Clock, RecordStore } from '../../domain/index.ts';
import { type MigrationName, nameText } from './stage-store.ts';

/** A gateway that is silent for so long is considered dead, in milliseconds. */
export const HEARTBEAT_EXPIRES_MS = 15_000;
/** How often a gateway without news writes its heartbeat, in milliseconds. */
const BEAT_EVERY_MS = 3_000;
const PREFIX = 'migration/gateways/';

/** What a gateway reports of itself. */
export type Heartbeat = {
  readonly atMs: number;
  /** By migration: the revision below which every request has ended here. */
  readonly settled: Readonly<Record<string, number>>;
};

/** Reports which stages this gateway applies and which requests under older stages are still running. */
export interface HeartbeatWriter {
  /** Notes a request under a revision; call the result when the request has ended. */
  enter(name: MigrationName, revision: number): () => void;
  /** Writes the heartbeat where it changed or grew old. */
  announce(applied: ReadonlyMap<string, number>): Promise<void>;
  /** Takes the heartbeat back. */
  leave(): Promise<void>;
}

/** The heartbeat of one gateway process. */
export function createHeartbeat(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly gatewayId: string;
}): HeartbeatWriter {
  const key = `${PREFIX}${parts.gatewayId}`;
  const inFlight = new Map<string, Map<number, number>>();
  let said: { readonly text: string; readonly atMs: number } | undefined;
  let version: string | undefined;

  function settledUnder(name: string, applied: number): number {
    const open = [...(inFlight.get(name)?.keys() ?? [])];
    return Math.min(applied, ...open);
  }

  return {
    enter(name, revision) {
      const text = nameText(name);
      const counts = inFlight.get(text) ?? new Map<number, number>();
      inFlight.set(text, counts);
      counts.set(revision, (counts.get(revision) ?? 0) + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const rest = (counts.get(revision) ?? 1) - 1;
        if (rest > 0) counts.set(revision, rest);
        else counts.delete(revision);
      };
    },
    async announce(applied) {
      const settled = Object.fromEntries([...applied].map(([name, at]) => [name, settledUnder(name, at)]));
      const text = JSON.stringify(settled);
      const atMs = parts.clock.nowMs();
      if (said?.text === text && atMs - said.atMs < BEAT_EVERY_MS) return;
      version ??= (await parts.records.read(key))?.version;
      const heartbeat: Heartbeat = { atMs, settled };
      const result = await parts.records.swap(key, version, heartbeat);
      if (result === 'conflict') {
        version = undefined;
        return;
      }
      version = result.version;
      said = { text, atMs };
    },
    async leave() {
      const found = await parts.records.read(key);
      if (found) await parts.records.remove(key, found.version);
    },
  };
}

/** Every gateway with a heartbeat, and whether it was heard from lately. */
export async function readHeartbeats(
  records: RecordStore,
  nowMs: number,
): Promise<readonly (Heartbeat & { readonly gatewayId: string; readonly heard: boolean })[]> {
  const heartbeats = [];
  for await (const key of records.list(PREFIX)) {
    const found = await records.read(key);
    if (!found || !isHeartbeat(found.value)) continue;
    const heard = nowMs - found.value.atMs < HEARTBEAT_EXPIRES_MS;
    heartbeats.push({ ...found.value, gatewayId: key.slice(PREFIX.length), heard });
  }
  return heartbeats;
}

/**
 * The gateways that may have requests under a revision older than this one. A silent gateway counts as well:
 * it may hang and then go on, so the operator has to make sure that it is gone.
 */
export async function unsettledGateways(
  parts: { readonly records: RecordStore; readonly clock: Clock },
  name: MigrationName,
  revision: number,
): Promise<readonly { readonly gatewayId: string; readonly heard: boolean; readonly secondsAgo: number }[]> {
  const nowMs = parts.clock.nowMs();
  const heartbeats = await readHeartbeats(parts.records, nowMs);
  return heartbeats
    .filter(({ settled }) => (settled[nameText(name)] ?? revision) < revision)
    .map(({ gatewayId, heard, atMs }) => ({
      gatewayId,
      heard,
      secondsAgo: Math.round((nowMs - atMs) / 1000),
    }));
}

function isHeartbeat(value: unknown): value is Heartbeat {
  return typeof value === 'object' && value !== null && 'settled' in value && 'atMs' in value;
}

/**
 * Deletes the heartbeats of silent gateways. Call it only after the operator has made sure that they are
 * gone.
 */
export async function forgetSilentGateways(records: RecordStore, nowMs: number): Promise<void> {
  for (const { gatewayId, heard } of await readHeartbeats(records, nowMs)) {
    if (heard) continue;
    const found = await records.read(PREFIX + gatewayId);
    if (found) await records.remove(PREFIX + gatewayId, found.version);
  }
}
