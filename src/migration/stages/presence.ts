import type { Clock, RecordStore } from '../../domain/index.ts';
import { type MigrationName, nameText } from './stage-store.ts';

/** A gateway not heard from for so long is taken for dead, in milliseconds. */
export const PRESENCE_EXPIRES_MS = 15_000;
/** How often a gateway that has nothing new says so, in milliseconds. */
const HEARTBEAT_MS = 3_000;
const PREFIX = 'migration/gateways/';

/** What a gateway says of itself. */
export type Presence = {
  readonly atMs: number;
  /** By migration: every exchange under an older revision has ended here. */
  readonly settled: Readonly<Record<string, number>>;
};

/** Says which stages this gateway applies and what is still in flight under older ones. */
export interface PresenceNote {
  /** Takes note of an exchange under a revision; call the result when it has ended. */
  enter(name: MigrationName, revision: number): () => void;
  /** Writes the presence where it changed or grew old. */
  announce(applied: ReadonlyMap<string, number>): Promise<void>;
  /** Takes the presence back. */
  leave(): Promise<void>;
}

/** The presence of one gateway process. */
export function createPresence(parts: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly gatewayId: string;
}): PresenceNote {
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
      if (said?.text === text && atMs - said.atMs < HEARTBEAT_MS) return;
      version ??= (await parts.records.read(key))?.version;
      const presence: Presence = { atMs, settled };
      const result = await parts.records.swap(key, version, presence);
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

/** Every gateway that has said something, with whether it was heard from lately. */
export async function readPresences(
  records: RecordStore,
  nowMs: number,
): Promise<readonly (Presence & { readonly gatewayId: string; readonly heard: boolean })[]> {
  const presences = [];
  for await (const key of records.list(PREFIX)) {
    const found = await records.read(key);
    if (!found || !isPresence(found.value)) continue;
    const heard = nowMs - found.value.atMs < PRESENCE_EXPIRES_MS;
    presences.push({ ...found.value, gatewayId: key.slice(PREFIX.length), heard });
  }
  return presences;
}

/** Whether no gateway that was heard from lately has anything in flight under a revision older than this one. */
export async function isSettled(
  parts: { readonly records: RecordStore; readonly clock: Clock },
  name: MigrationName,
  revision: number,
): Promise<boolean> {
  const presences = await readPresences(parts.records, parts.clock.nowMs());
  return presences.every(({ heard, settled }) => !heard || (settled[nameText(name)] ?? revision) >= revision);
}

function isPresence(value: unknown): value is Presence {
  return typeof value === 'object' && value !== null && 'settled' in value && 'atMs' in value;
}

/** Forgets the gateways that were not heard from lately; only once somebody has made sure that they are gone. */
export async function forgetPresence(records: RecordStore, nowMs: number): Promise<void> {
  for (const { gatewayId, heard } of await readPresences(records, nowMs)) {
    if (heard) continue;
    const found = await records.read(PREFIX + gatewayId);
    if (found) await records.remove(PREFIX + gatewayId, found.version);
  }
}
