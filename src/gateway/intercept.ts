import type { LoadedDialect } from './dialect-registry.ts';
import { dialectExchange, type LiveExchange } from './exchange/live-exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { InterceptedCall, Interception } from './interceptor.ts';

/** Lets the interceptor, if there is one, have a look. */
export async function intercept(
  { parts }: GatewayContext,
  live: LiveExchange,
  loaded: LoadedDialect,
  authenticate: InterceptedCall['authenticate'],
): Promise<Interception> {
  if (!parts.interceptor) return undefined;
  const { body } = live;
  const { response } = body;
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client went away'));
  });
  const { operationId } = live.received.head;
  return parts.interceptor.intercept({
    loaded,
    ...(operationId !== undefined && { operationId }),
    authenticate,
    exchange: dialectExchange(live, loaded, parts.clock.nowMs()),
    signal: gone.signal,
    get request() {
      // Whoever takes the exchange over reads the body, for which a careful client still waits to be asked.
      body.goAhead();
      return body.request;
    },
    response,
  });
}
