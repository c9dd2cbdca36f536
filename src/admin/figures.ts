import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';
import type { RequestObserver } from '../gateway/reports/request-report.ts';
import type { Siblings } from '../processes/siblings.ts';
import { createRecentRequests, type RecentRequest, type RequestFilter } from './recent-requests.ts';
import { createTraffic, sumMinutes, type TrafficMinute } from './traffic.ts';

/** Figures of a gateway: of this process alone, or of all processes that serve its port. */
export interface Figures {
  /** Gets the report of every request of this process. */
  readonly observe: RequestObserver;
  /** Newest first. */
  requests(filter: RequestFilter, limit: number): Promise<readonly RecentRequest[]>;
  /** Calls the listener for each further request, until the returned function is called. */
  subscribe(listener: (request: RecentRequest) => void): () => void;
  /** Oldest first; minutes without a request are left out. */
  minutesSince(atMs: number): Promise<readonly TrafficMinute[]>;
  /** Every metric, summed over the processes. */
  metrics(): Promise<Registry>;
}

type Metrics = MetricObjectWithValues<MetricValue<string>>[];

/** What one process asks the others. */
type Question =
  | { readonly kind: 'requests'; readonly filter: RequestFilter; readonly limit: number }
  | { readonly kind: 'ended'; readonly afterMs: number; readonly untilMs: number }
  | { readonly kind: 'minutes'; readonly sinceMs: number }
  | { readonly kind: 'metrics' };

/** How often the other processes are asked for new requests while a page is open. */
const WATCH_MS = 1_000;

/** Creates the figures of a gateway. The other processes (`siblings`) are queried on demand only. */
export function createFigures({
  capacity,
  nowMs,
  registry,
  siblings,
}: {
  readonly capacity: number;
  readonly nowMs: () => number;
  readonly registry: Registry;
  readonly siblings?: Siblings | undefined;
}): Figures {
  const own = createRecentRequests({ capacity, nowMs });
  const traffic = createTraffic(nowMs);
  siblings?.onQuestion((question) => answer(question as Question));

  function answer(question: Question): unknown {
    if (question.kind === 'requests') return own.list(question.filter, question.limit);
    if (question.kind === 'ended') return own.endedBetween(question.afterMs, question.untilMs);
    if (question.kind === 'minutes') return traffic.since(question.sinceMs);
    return registry.getMetricsAsJSON();
  }

  const askOthers = async <T>(question: Question): Promise<readonly T[]> =>
    ((await siblings?.ask(question)) ?? []) as readonly T[];

  return {
    observe(report, detail) {
      own.observe(report, detail);
      traffic.observe(report, detail);
    },
    async requests(filter, limit) {
      const others = await askOthers<RecentRequest[]>({ kind: 'requests', filter, limit });
      if (others.length === 0) return own.list(filter, limit);
      return [own.list(filter, limit), ...others]
        .flat()
        .toSorted((a, b) => b.endedAtMs - a.endedAtMs)
        .slice(0, limit);
    },
    subscribe(listener) {
      const unsubscribe = own.subscribe(listener);
      if (!siblings) return unsubscribe;
      const unwatch = watchOthers(askOthers<RecentRequest[]>, nowMs, listener);
      return () => {
        unwatch();
        unsubscribe();
      };
    },
    async minutesSince(atMs) {
      const others = await askOthers<TrafficMinute[]>({ kind: 'minutes', sinceMs: atMs });
      return sumMinutes([traffic.since(atMs), ...others]);
    },
    async metrics() {
      const others = await askOthers<Metrics>({ kind: 'metrics' });
      if (others.length === 0) return registry;
      return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...others]);
    },
  };
}

/** Calls the listener for each request that ends in another process from now on. */
function watchOthers(
  ask: (question: Question) => Promise<readonly (readonly RecentRequest[])[]>,
  nowMs: () => number,
  listener: (request: RecentRequest) => void,
): () => void {
  let seenMs = nowMs();
  let watching = true;
  const poll = async () => {
    // More requests may still end in the present millisecond, so it is left for the next look.
    const untilMs = nowMs() - 1;
    if (untilMs > seenMs) {
      const afterMs = seenMs;
      seenMs = untilMs;
      const found = (await ask({ kind: 'ended', afterMs, untilMs })).flat();
      if (watching)
        for (const request of found.toSorted((a, b) => a.endedAtMs - b.endedAtMs)) listener(request);
    }
  };
  const timer = setInterval(() => void poll(), WATCH_MS).unref();
  return () => {
    watching = false;
    clearInterval(timer);
  };
}
