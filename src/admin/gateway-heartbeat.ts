import { hostname } from 'node:os';
import { type Clock, isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** The latest heartbeat of a gateway that shares the store. */
interface SeenGateway {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  /** The revision of its settings. Where two gateways differ, one of them was not reloaded. */
  readonly revision: string;
  readonly startedAtMs: number;
  readonly atMs: number;
}

/** Writes to the store that this gateway runs, and with which settings. */
interface GatewayHeartbeat {
  start(): Promise<void>;
  /** Writes a heartbeat now, e.g. after a reload. */
  beat(): Promise<void>;
  /** Removes the heartbeat from the store. */
  stop(): Promise<void>;
}

const PREFIX = 'gateways/';
const EVERY_MS = 10_000;
/** After this silence a gateway counts as gone. Reading the list removes its record. */
const GONE_AFTER_MS = 600_000;

/** See `GatewayHeartbeat`. A failure is reported, and the heartbeat is tried again ten seconds later. */
export function createGatewayHeartbeat(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly id: string;
  readonly version: string;
  readonly revision: () => string;
  readonly warn: (message: string, cause: unknown) => void;
}): GatewayHeartbeat {
  const { records, clock, id, version, revision } = parts;
  const startedAtMs = clock.nowMs();
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let beating = Promise.resolve();

  async function write(): Promise<void> {
    try {
      const seen = {
        schema: 1,
        id,
        host: hostname(),
        version,
        revision: revision(),
        startedAtMs,
        atMs: clock.nowMs(),
      };
      const swapped = await records.swap(PREFIX + id, known, seen);
      known = swapped === 'conflict' ? (await records.read(PREFIX + id))?.version : swapped.version;
    } catch (cause) {
      parts.warn('the list of gateways cannot be written; it is tried again', cause);
    }
  }
  const beat = () => {
    beating = beating.then(write);
    return beating;
  };

  return {
    beat,
    async start() {
      await beat();
      timer = setInterval(() => void beat(), EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await beating;
      if (known !== undefined)
        await records.remove(PREFIX + id, known).catch((cause: unknown) => {
          parts.warn('this gateway could not be taken from the list of gateways', cause);
        });
    },
  };
}

/** Every gateway that wrote a heartbeat in the last minutes, the newest start first. */
export async function readGateways(records: RecordStore, nowMs: number): Promise<readonly SeenGateway[]> {
  const found: SeenGateway[] = [];
  for await (const key of records.list(PREFIX)) {
    const record = await records.read(key);
    if (!record) continue;
    const { value, version } = record;
    if (isSeenGateway(value) && nowMs - value.atMs < GONE_AFTER_MS) found.push(value);
    else await records.remove(key, version);
  }
  return found.sort((a, b) => b.startedAtMs - a.startedAtMs);
}

function isSeenGateway(value: Json): value is Json & SeenGateway {
  return (
    isJsonObject(value) &&
    ['id', 'host', 'version', 'revision'].every((name) => typeof value[name] === 'string') &&
    typeof value.startedAtMs === 'number' &&
    typeof value.atMs === 'number'
  );
}
