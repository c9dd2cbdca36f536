import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayContext } from '../gateway-context.ts';
import { type HandledRequest, handleRequest } from '../handle-request.ts';
import { ClientGone } from '../intake/client-gone.ts';
import { describeRequest } from '../reports/describe-request.ts';
import { reportRequest } from '../reports/report-request.ts';
import { sendResponse } from '../responses/send-response.ts';
import { type IncomingRequest, receiveRequest } from './incoming-request.ts';

/** Serves one request of a client from its head to its log line. */
export async function serveRequest(
  gateway: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { parts, inFlight } = gateway;
  const incoming = receiveRequest(gateway, request, response);
  response.setHeader('X-Request-Id', incoming.requestId);
  inFlight.add(incoming.body);
  const { interceptor } = parts;
  const handled = await handleRequest(gateway, incoming, interceptor ? { interceptor } : {}).catch(
    (cause: unknown): HandledRequest => ({ kind: 'abandoned', cause, facts: { head: incoming.head } }),
  );
  try {
    await respond(gateway, incoming, handled);
  } finally {
    inFlight.delete(incoming.body);
    const { report, detail } = describeRequest(incoming, handled, parts.clock.nowMs());
    reportRequest(gateway, report, detail);
  }
}

async function respond(
  { parts, isStopping }: GatewayContext,
  { requestId, body }: IncomingRequest,
  handled: HandledRequest,
): Promise<void> {
  const abandon = (cause: unknown) => {
    if (!(cause instanceof ClientGone) && !body.response.destroyed) {
      parts.log.error({ err: cause, requestId }, 'a response could not be sent');
    }
    body.response.destroy();
  };
  if (handled.kind === 'abandoned') abandon(handled.cause);
  if (handled.kind !== 'response') return;
  try {
    await sendResponse(body, handled.response, parts.settings.limits, isStopping);
  } catch (cause) {
    abandon(cause);
  }
}
