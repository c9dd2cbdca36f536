import { type Clock, isJsonArray, isJsonObject, type Json, type RecordStore } from '../domain/index.ts';
import { isWanted, type RecentRequest, type RequestFilter } from './recent-requests.ts';

/** Recent requests of all gateways and their earlier runs, in the store. The settings limit their number. */
export interface KeptRequests {
  add(request: RecentRequest): void;
  /** Requests of other runs, newest first. Those of this run are in memory. */
  list(filter: RequestFilter): Promise<readonly RecentRequest[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const PREFIX = 'requests/';
const SAVE_EVERY_MS = 2_000;
const SWEEP_EVERY_MS = 600_000;
/** Requests in one record: some 40 KiB. */
const PAGE = 100;

interface Page {
  readonly index: number;
  readonly requests: RecentRequest[];
  version?: string | undefined;
  isSaved: boolean;
}

/**
 * See `KeptRequests`. A run overwrites its oldest page, so that it keeps `capacity` requests at most. The
 * gateway that finds a page whose newest request is older than `hours` removes it. A gateway that is killed
 * loses the last two seconds.
 */
export function createKeptRequests({
  records,
  clock,
  runId,
  capacity,
  hours,
  warn,
}: {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly runId: string;
  readonly capacity: number;
  readonly hours: number;
  readonly warn: (message: string, cause: unknown) => void;
}): KeptRequests {
  const pageCount = Math.max(2, Math.ceil(capacity / PAGE));
  const pages = new Map<number, Page>();
  let current = openPage(0);
  let working = Promise.resolve();
  const timers: NodeJS.Timeout[] = [];

  function openPage(index: number): Page {
    const page = { index, requests: [], version: pages.get(index)?.version, isSaved: true };
    pages.set(index, page);
    return page;
  }

  async function save(): Promise<void> {
    for (const page of pages.values()) {
      if (page.isSaved) continue;
      page.isSaved = true;
      const key = `${PREFIX}${runId}/${String(page.index).padStart(4, '0')}`;
      const value = { schema: 1, atMs: clock.nowMs(), requests: page.requests.map((one) => ({ ...one })) };
      const swapped = await records.swap(key, page.version, value);
      page.version = swapped === 'conflict' ? (await records.read(key))?.version : swapped.version;
    }
  }

  async function sweep(): Promise<void> {
    const oldestMs = clock.nowMs() - hours * 3_600_000;
    for await (const key of records.list(PREFIX)) {
      const record = await records.read(key);
      if (record && !(writtenAtMs(record.value) >= oldestMs)) await records.remove(key, record.version);
    }
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    working = working
      .then(work)
      .catch((cause: unknown) => warn('recent requests cannot be kept; it is tried again', cause));
    return working;
  }

  return {
    add(request) {
      if (current.requests.length >= PAGE) current = openPage((current.index + 1) % pageCount);
      current.requests.push(request);
      current.isSaved = false;
    },
    async list(filter) {
      const found: RecentRequest[] = [];
      for await (const key of records.list(PREFIX)) {
        if (key.startsWith(`${PREFIX}${runId}/`)) continue;
        const record = await records.read(key);
        if (record) found.push(...requestsIn(record.value).filter((one) => isWanted(one, filter)));
      }
      return found.sort((a, b) => b.endedAtMs - a.endedAtMs);
    },
    async start() {
      await inTurn(sweep);
      timers.push(setInterval(() => void inTurn(save), SAVE_EVERY_MS).unref());
      timers.push(setInterval(() => void inTurn(sweep), SWEEP_EVERY_MS).unref());
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await inTurn(save);
    },
  };
}

function writtenAtMs(value: Json): number {
  return isJsonObject(value) && typeof value.atMs === 'number' ? value.atMs : Number.NaN;
}

function requestsIn(value: Json): readonly RecentRequest[] {
  return isJsonObject(value) && isJsonArray(value.requests) ? value.requests.filter(isRecentRequest) : [];
}

function isRecentRequest(value: Json): value is Json & RecentRequest {
  return (
    isJsonObject(value) &&
    ['requestId', 'traceId', 'method'].every((name) => typeof value[name] === 'string') &&
    ['endedAtMs', 'status', 'receivedBytes', 'durationMs'].every((name) => typeof value[name] === 'number')
  );
}
