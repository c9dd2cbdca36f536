import type { ExchangeReport } from '../exchange-report.ts';
import { loggablePath } from '../loggable-path.ts';
import type { LiveExchange } from './live-exchange.ts';

/** nginx's code for a client that left before its answer could begin. */
const CLIENT_GONE = 499;

/** The longest User-Agent that is reported. */
const MAX_USER_AGENT = 200;

/** What was known of an exchange at its end. */
export function reportOf(live: LiveExchange, nowMs: number): ExchangeReport {
  const { requestId, traceId, route, loaded, principal, problem, body, received, facts, fields } = live;
  const { method, path, operationId, headers } = received.head;
  const userAgent = headers['user-agent']?.slice(0, MAX_USER_AGENT);
  return {
    requestId,
    traceId,
    method,
    path: loggablePath(path),
    ...(route !== undefined && { route }),
    ...(loaded && { dialect: loaded.dialect.name }),
    ...(operationId !== undefined && { operationId }),
    ...(principal && { tenant: principal.tenant, credentialId: principal.credentialId }),
    status: body.response.headersSent ? body.response.statusCode : CLIENT_GONE,
    ...(problem && { problem }),
    ...(fields && { fields }),
    receivedBytes: body.receivedBytes,
    durationMs: nowMs - live.startedAtMs,
    ...(userAgent !== undefined && { userAgent }),
    facts,
  };
}
