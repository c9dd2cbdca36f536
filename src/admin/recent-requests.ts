import type { RequestObserver, RequestReport } from '../gateway/reports/request-report.ts';

/** The facts of a request that are kept: no body, no query, no secret, no personal data. */
export interface RecentRequest {
  readonly requestId: string;
  /** The `X-Request-Id` that the client or its proxy sent. */
  readonly clientRequestId?: string;
  readonly traceId: string;
  readonly endedAtMs: number;
  readonly method: string;
  /** The route template; the path itself may name a person. */
  readonly route?: string;
  readonly dialect?: string;
  readonly operationId?: string;
  readonly tenant?: string;
  readonly credentialId?: string;
  readonly subjectKey?: string;
  readonly status: number;
  readonly problem?: string;
  /** Which rule refused the request, with limit and value, in words. */
  readonly detail?: string;
  readonly receivedBytes: number;
  readonly durationMs: number;
  readonly client?: string;
}

/** A filter of the list. A request must match every field that is set. */
export interface RequestFilter {
  readonly dialect?: string;
  readonly operation?: string;
  readonly tenant?: string;
  readonly credential?: string;
  readonly subject?: string;
  readonly problem?: string;
  /** `2xx`, `4xx`, `5xx` or one status. */
  readonly status?: string;
  /** A request id, the client's own, or a trace id. */
  readonly id?: string;
}

/** The latest requests of this process, in memory. */
export interface RecentRequests {
  readonly observe: RequestObserver;
  /** Newest first. */
  list(filter: RequestFilter, limit: number): readonly RecentRequest[];
  /** Requests that ended after the first instant and not after the second. */
  endedBetween(afterMs: number, untilMs: number): readonly RecentRequest[];
  /** Calls the listener for each further request, until the returned function is called. */
  subscribe(listener: (request: RecentRequest) => void): () => void;
}

/** Creates a list of at most `capacity` requests. */
export function createRecentRequests({
  capacity,
  nowMs,
}: {
  readonly capacity: number;
  readonly nowMs: () => number;
}): RecentRequests {
  const ring: RecentRequest[] = [];
  const listeners = new Set<(request: RecentRequest) => void>();
  let next = 0;
  return {
    observe(report) {
      const request = redactReport(report, nowMs());
      ring[next] = request;
      next = (next + 1) % capacity;
      for (const listener of listeners) listener(request);
    },
    list(filter, limit) {
      const newestFirst = [...ring.slice(0, next).reverse(), ...ring.slice(next).reverse()];
      return newestFirst.filter((request) => isWanted(request, filter)).slice(0, limit);
    },
    endedBetween: (afterMs, untilMs) =>
      ring.filter(({ endedAtMs }) => endedAtMs > afterMs && endedAtMs <= untilMs),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The product and its version. The rest of a User-Agent may identify a person. */
const CLIENT = /^[\w.-]{1,40}(\/[\w.-]{1,20})?/;

function redactReport(report: RequestReport, endedAtMs: number): RecentRequest {
  const { requestId, traceId, method, route, dialect, operationId, tenant, credentialId } = report;
  const { status, problem, refusal, receivedBytes, durationMs, userAgent, subjectKey, clientRequestId } =
    report;
  const client = CLIENT.exec(userAgent ?? '')?.[0];
  return {
    requestId,
    ...(clientRequestId !== undefined && { clientRequestId }),
    traceId,
    endedAtMs,
    method: /^[A-Z]{1,16}$/.test(method) ? method : 'OTHER',
    ...(route !== undefined && { route }),
    ...(dialect !== undefined && { dialect }),
    ...(operationId !== undefined && { operationId }),
    ...(tenant !== undefined && { tenant }),
    ...(credentialId !== undefined && { credentialId }),
    ...(subjectKey !== undefined && { subjectKey }),
    status,
    ...(problem !== undefined && { problem }),
    ...(refusal !== undefined && { detail: refusal }),
    receivedBytes,
    durationMs: Math.round(durationMs),
    ...(client !== undefined && { client }),
  };
}

/** Whether the request matches every field that is set in the filter. */
export function isWanted(request: RecentRequest, filter: RequestFilter): boolean {
  const pairs: readonly (readonly [string | undefined, string | undefined])[] = [
    [filter.dialect, request.dialect],
    [filter.operation, request.operationId],
    [filter.tenant, request.tenant],
    [filter.credential, request.credentialId],
    [filter.subject, request.subjectKey],
    [filter.problem, request.problem],
  ];
  return (
    pairs.every(([wanted, found]) => wanted === undefined || wanted === found) &&
    (filter.id === undefined ||
      [request.requestId, request.clientRequestId, request.traceId].includes(filter.id)) &&
    (filter.status === undefined || hasStatus(request.status, filter.status))
  );
}

function hasStatus(status: number, wanted: string): boolean {
  return wanted.endsWith('xx') ? String(status)[0] === wanted[0] : String(status) === wanted;
}
