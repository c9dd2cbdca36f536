import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem, WireRequestHead } from '../../domain/index.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { createIncomingBody, type IncomingBody } from '../intake/incoming-body.ts';
import { baseUrlOf } from './base-url.ts';
import type { ClientOrigin } from './client-origin.ts';
import { readHead } from './request-head.ts';
import { traceIdOf } from './trace-id.ts';

/** A request as it arrived, with what is known before the first step. */
export interface IncomingRequest {
  /** 32 hex digits. */
  readonly requestId: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly startedAtMs: number;
  /** Under which address the caller reached the gateway. */
  readonly baseUrl: string;
  /** Where the request comes from. Only proxies that the settings trust are believed about that. */
  readonly origin: ClientOrigin;
  readonly head: WireRequestHead;
  /** What could not be decoded in the head; reported once the request has been authenticated. */
  readonly headFault?: Problem;
  readonly body: IncomingBody;
}

/** Reads the head of a request and gives it its ids. */
export function receiveRequest(
  { parts, readOrigin }: Pick<GatewayContext, 'parts' | 'readOrigin'>,
  request: IncomingMessage,
  response: ServerResponse,
): IncomingRequest {
  const { settings, clock, ids } = parts;
  const { head, fault } = readHead(request);
  // Read now, because Node detaches the socket from the request once the response has been sent.
  const origin = readOrigin(request);
  return {
    requestId: ids.newId(),
    traceId: traceIdOf(head.headers.traceparent) ?? ids.newId(),
    startedAtMs: clock.nowMs(),
    baseUrl: baseUrlOf(origin, request.socket, settings.publicUrl),
    origin,
    head,
    ...(fault && { headFault: fault }),
    body: createIncomingBody(request, response, settings.limits),
  };
}
