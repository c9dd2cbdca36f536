import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { RequestObserver, RequestReport } from '../gateway/reports/request-report.ts';
import type { RecordedExchange } from './inbox/inbox.ts';
import { type ExchangeRecording, recordExchange } from './inbox/record-exchange.ts';

/** One request to the sandbox, with its response. */
export interface LoggedExchange extends RequestReport {
  /** Path with query, as sent. */
  readonly target: string;
  /** Includes credentials, because they are the sandbox's own. */
  readonly requestHeaders: IncomingHttpHeaders;
}

/**
 * Which exchanges to find. A property that is left out matches all. Upper and lower case of a method do not
 * matter.
 */
export type ExchangeQuery = Partial<
  Pick<LoggedExchange, 'dialect' | 'operationId' | 'method' | 'status' | 'problem' | 'credentialId'>
>;

/** Remembers requests and their responses. */
export interface ExchangeLog {
  readonly observer: RequestObserver;
  /** Sees requests before the gateway does. */
  readonly page: RequestHandler;
  /**
   * In the order in which they ended. Waits for those whose answer has begun, because a client may have read
   * it already.
   */
  find(query?: ExchangeQuery): Promise<readonly LoggedExchange[]>;
  /** Resolves when the exchanges whose answer has begun have ended. */
  settle(): Promise<void>;
  clear(): void;
}

interface Arrival {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly receivedAtMs: number;
  readonly response: ServerResponse;
  readonly recording: ExchangeRecording;
  readonly reported: PromiseWithResolvers<void>;
}

/** Keeps everything until it is cleared. `receive` is called with each exchange that has ended. */
export function createExchangeLog(parts: {
  readonly nowMs: () => number;
  readonly maxBodyBytes: number;
  receive(exchange: RecordedExchange): void;
}): ExchangeLog {
  const arrivals = new Set<Arrival>();
  let logged: LoggedExchange[] = [];

  function arrivalOf(requestId: string): Arrival | undefined {
    return arrivals.values().find(({ response }) => response.getHeader('X-Request-Id') === requestId);
  }

  const settle = async () => {
    const begun = [...arrivals].filter(({ response }) => response.headersSent || response.destroyed);
    await Promise.all(begun.map(({ reported }) => reported.promise));
  };

  return {
    settle,
    page(request, response, next) {
      const { originalUrl: target, rawHeaders } = request;
      // A copy of the headers as they came, because reading the body may change them.
      const headers = { ...request.headers };
      const recording = recordExchange(request, response, parts.maxBodyBytes);
      const receivedAtMs = parts.nowMs();
      const reported = Promise.withResolvers<void>();
      const arrival = { target, headers, rawHeaders, receivedAtMs, response, recording, reported };
      arrivals.add(arrival);
      response.once('close', () => {
        // The gateway's own pages are not exchanges and are not reported.
        if (response.getHeader('X-Request-Id') === undefined) arrivals.delete(arrival);
      });
      next();
    },
    observer(report, detail) {
      const arrival = arrivalOf(report.requestId);
      // A request that was refused before its head was complete has no arrival.
      const { target = '', headers: requestHeaders = {} } = arrival ?? {};
      logged.push({ ...report, target, requestHeaders });
      if (!arrival) return;
      arrivals.delete(arrival);
      parts.receive({ ...arrival, report, detail });
      arrival.reported.resolve();
    },
    async find(query = {}) {
      await settle();
      const method = query.method === undefined ? {} : { method: query.method.toUpperCase() };
      const wanted = Object.entries({ ...query, ...method }) as [keyof ExchangeQuery, unknown][];
      return logged.filter((exchange) => wanted.every(([name, value]) => exchange[name] === value));
    },
    clear() {
      logged = [];
    },
  };
}
