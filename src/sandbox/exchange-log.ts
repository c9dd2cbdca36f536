import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { ExchangeObserver, ExchangeReport } from '../gateway/exchange-report.ts';

/** One exchange that the sandbox had. */
export interface LoggedExchange extends ExchangeReport {
  /** Path with query, as sent. */
  readonly target: string;
  /** Credentials included: they are the sandbox's own. */
  readonly requestHeaders: IncomingHttpHeaders;
}

/** What an exchange must be to be found; what is left out matches all, and a method is known in any case of letters. */
export type ExchangeQuery = Partial<
  Pick<LoggedExchange, 'dialect' | 'operationId' | 'method' | 'status' | 'problem' | 'credentialId'>
>;

/** Remembers exchanges. */
export interface ExchangeLog {
  readonly observer: ExchangeObserver;
  /** Sees requests before the gateway does. */
  readonly page: RequestHandler;
  /** In order of their ends. Waits for those whose answer has begun: a client may have read it already. */
  find(query?: ExchangeQuery): Promise<readonly LoggedExchange[]>;
  clear(): void;
}

interface Arrival {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
  readonly reported: PromiseWithResolvers<void>;
}

/** Keeps everything until it is cleared. */
export function createExchangeLog(): ExchangeLog {
  const arrivals = new Set<Arrival>();
  let logged: LoggedExchange[] = [];

  function arrivalOf(requestId: string): Arrival | undefined {
    return arrivals.values().find(({ response }) => response.getHeader('X-Request-Id') === requestId);
  }

  return {
    page({ originalUrl: target, headers }, response, next) {
      const arrival = { target, headers, response, reported: Promise.withResolvers<void>() };
      arrivals.add(arrival);
      response.once('close', () => {
        // Pages of the gateway's own are no exchanges, and nobody reports them.
        if (response.getHeader('X-Request-Id') === undefined) arrivals.delete(arrival);
      });
      next();
    },
    observer(report) {
      const arrival = arrivalOf(report.requestId);
      // Requests that are refused before they have a head never arrived.
      const { target = '', headers: requestHeaders = {} } = arrival ?? {};
      logged.push({ ...report, target, requestHeaders });
      if (!arrival) return;
      arrivals.delete(arrival);
      arrival.reported.resolve();
    },
    async find(query = {}) {
      const begun = [...arrivals].filter(({ response }) => response.headersSent || response.destroyed);
      await Promise.all(begun.map(({ reported }) => reported.promise));
      const method = query.method === undefined ? {} : { method: query.method.toUpperCase() };
      const wanted = Object.entries({ ...query, ...method }) as [keyof ExchangeQuery, unknown][];
      return logged.filter((exchange) => wanted.every(([name, value]) => exchange[name] === value));
    },
    clear() {
      logged = [];
    },
  };
}
