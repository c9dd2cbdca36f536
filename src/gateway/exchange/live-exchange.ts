import type { Request, Response } from 'express';
import type {
  DialectSetting,
  Exchange,
  Principal,
  ProblemKind,
  WireRequestHead,
} from '../../domain/index.ts';
import type { BufferGarbage } from '../../memory/buffer-garbage.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { createIncomingBody, type IncomingBody } from '../intake/incoming-body.ts';
import { baseUrlOf } from './base-url.ts';
import { type ReceivedHead, readHead } from './request-head.ts';
import { traceIdOf } from './trace-id.ts';

/**
 * One exchange while it runs. What is found out on the way (route, caller, outcome) is written here, so that whichever step fails, the
 * answer and the log line know as much as was known.
 */
export interface LiveExchange {
  readonly requestId: string;
  readonly traceId: string;
  readonly startedAtMs: number;
  readonly baseUrl: string;
  /** Where the connection comes from. What a proxy says of its clients is not believed: anybody could say it. */
  readonly remoteAddress?: string;
  readonly body: IncomingBody;
  received: ReceivedHead;
  loaded?: LoadedDialect;
  route?: string;
  principal?: Principal;
  problem?: ProblemKind;
  facts: Readonly<Record<string, string>>;
  fields?: readonly string[];
}

/** Begins an exchange: ids, address, head. */
export function beginExchange(
  { settings, clock, ids }: Pick<GatewayParts, 'settings' | 'clock' | 'ids'>,
  request: Request,
  response: Response,
  garbage: BufferGarbage,
): LiveExchange {
  const received = readHead(request);
  // The socket is taken from the request when the answer is out; who it was may be asked later.
  const { remoteAddress } = request.socket;
  return {
    requestId: ids.newId(),
    traceId: traceIdOf(received.head.headers.traceparent) ?? ids.newId(),
    startedAtMs: clock.nowMs(),
    baseUrl: baseUrlOf(request, settings.publicUrl),
    ...(remoteAddress !== undefined && { remoteAddress }),
    body: createIncomingBody(request, response, settings.limits, garbage),
    received,
    facts: {},
  };
}

/** Outside of every dialect there is nothing to set. */
const NO_SETTING: DialectSetting<object> = { profile: 'documented', options: {} };

/** What a dialect may know of the exchange at this moment. */
export function dialectExchange(
  live: LiveExchange,
  loaded: LoadedDialect | undefined,
  nowMs: number,
): Exchange<object> {
  const { requestId, traceId, baseUrl, principal } = live;
  const head: WireRequestHead = live.received.head;
  return {
    requestId,
    traceId,
    nowMs,
    ...(loaded?.setting(principal?.tenant) ?? NO_SETTING),
    baseUrl,
    request: head,
    ...(principal && { principal }),
  };
}
