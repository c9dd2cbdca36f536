import { hostname } from 'node:os';
import { type Clock, isJsonObject, type Json, type RecordStore } from '../domain/index.ts';

/** One gateway of those that share the store, as it last said of itself. */
interface SeenGateway {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  /** Names its settings: two gateways with different ones were not reloaded alike. */
  readonly revision: string;
  readonly startedAtMs: number;
  readonly atMs: number;
}

/** Says in the store that this gateway runs, with which settings. */
interface GatewayPresence {
  start(): Promise<void>;
  /** Says it once more now, after a reload. */
  tell(): Promise<void>;
  /** Takes its word back. */
  stop(): Promise<void>;
}

const PREFIX = 'gateways/';
const EVERY_MS = 10_000;
/** After this silence a gateway counts as gone. Reading the list removes its record. */
const GONE_AFTER_MS = 600_000;

/** See `GatewayPresence`. A failure is reported, and the heartbeat is tried again ten seconds later. */
export function createGatewayPresence(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly id: string;
  readonly version: string;
  readonly revision: () => string;
  readonly warn: (message: string, cause: unknown) => void;
}): GatewayPresence {
  const { records, clock, id, version, revision } = parts;
  const startedAtMs = clock.nowMs();
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let telling = Promise.resolve();

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
  const tell = () => {
    telling = telling.then(write);
    return telling;
  };

  return {
    tell,
    async start() {
      await tell();
      timer = setInterval(() => void tell(), EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await telling;
      if (known !== undefined)
        await records.remove(PREFIX + id, known).catch((cause: unknown) => {
          parts.warn('this gateway could not be taken from the list of gateways', cause);
        });
    },
  };
}

/** Every gateway that was heard of in the last minutes, the newest start first. */
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
