import type { RequestObserver } from '../gateway/reports/request-report.ts';

/** One minute of traffic. */
export interface TrafficMinute {
  /** When the minute began, epoch milliseconds. */
  readonly atMs: number;
  readonly requests: number;
  /** Answers of 500 and above. */
  readonly failed: number;
  /** Requests by dialect; `none` for paths that belong to no dialect. */
  readonly dialects: Readonly<Record<string, number>>;
  /** Refused requests by problem. */
  readonly problems: Readonly<Record<string, number>>;
  readonly durationMs: { readonly sum: number; readonly longest: number };
}

/** The traffic of the last 24 hours, minute by minute. */
export interface Traffic {
  readonly observe: RequestObserver;
  /** Oldest first; minutes without a request are left out. */
  since(atMs: number): readonly TrafficMinute[];
}

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 24 * 60;

/**
 * Creates an empty record of traffic. Its size is bounded, because names of dialects and problems come from
 * documents.
 */
export function createTraffic(nowMs: () => number): Traffic {
  const minutes: CountedMinute[] = [];
  return {
    observe({ dialect = 'none', problem, status, durationMs }) {
      const atMs = Math.floor(nowMs() / MINUTE_MS) * MINUTE_MS;
      let minute = minutes.at(-1);
      if (minute?.atMs !== atMs) {
        minute = { atMs, requests: 0, failed: 0, dialects: {}, problems: {}, sum: 0, longest: 0 };
        minutes.push(minute);
        if (minutes.length > KEPT_MINUTES) minutes.shift();
      }
      minute.requests += 1;
      if (status >= 500) minute.failed += 1;
      minute.dialects[dialect] = (minute.dialects[dialect] ?? 0) + 1;
      if (problem !== undefined) minute.problems[problem] = (minute.problems[problem] ?? 0) + 1;
      minute.sum += durationMs;
      minute.longest = Math.max(minute.longest, durationMs);
    },
    since(atMs) {
      return minutes
        .filter((minute) => minute.atMs >= atMs - MINUTE_MS)
        .map(({ sum, longest, dialects, problems, ...rest }) => ({
          ...rest,
          dialects: { ...dialects },
          problems: { ...problems },
          durationMs: { sum, longest },
        }));
    },
  };
}

/** The minutes of several processes, one for each minute; oldest first. */
export function sumMinutes(lists: readonly (readonly TrafficMinute[])[]): readonly TrafficMinute[] {
  const minutes = new Map<number, TrafficMinute>();
  for (const minute of lists.flat()) {
    const before = minutes.get(minute.atMs);
    minutes.set(minute.atMs, before ? sumOfMinutes(before, minute) : minute);
  }
  return [...minutes.values()].toSorted((a, b) => a.atMs - b.atMs);
}

function sumOfMinutes(a: TrafficMinute, b: TrafficMinute): TrafficMinute {
  return {
    atMs: a.atMs,
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    dialects: sumByName(a.dialects, b.dialects),
    problems: sumByName(a.problems, b.problems),
    durationMs: {
      sum: a.durationMs.sum + b.durationMs.sum,
      longest: Math.max(a.durationMs.longest, b.durationMs.longest),
    },
  };
}

function sumByName(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

interface CountedMinute {
  atMs: number;
  requests: number;
  failed: number;
  dialects: Record<string, number>;
  problems: Record<string, number>;
  sum: number;
  longest: number;
}
