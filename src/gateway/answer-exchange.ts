import type { Request, Response } from 'express';
import type { WireResponse } from '../domain/index.ts';
import { PictureGone, pictureAnswer } from './answers/picture-answer.ts';
import { type ReadyAnswer, readyAnswer, sendAnswer } from './answers/send-answer.ts';
import { serveDownload, ticketIn } from './downloads/serve-download.ts';
import { beginExchange, dialectExchange, type LiveExchange } from './exchange/live-exchange.ts';
import { reportOf } from './exchange/report-of.ts';
import type { GatewayContext } from './gateway-context.ts';
import { ClientGone } from './intake/client-gone.ts';
import { type ExchangeHoldings, performCall, performUnmatched } from './perform-call.ts';
import { answerFor } from './problems/answer-for.ts';
import { tellOf } from './tell-of.ts';
import { judged } from './validation/judged.ts';

/** How often a picture may be replaced between its record and its body before a reader is told that there is none. */
const MAX_READINGS = 8;

/**
 * One exchange from head to log line. Nothing that happens in it reaches the caller as anything but an answer in a dialect, and nothing
 * it received is left when it is over.
 */
export async function answerExchange(
  context: GatewayContext,
  request: Request,
  response: Response,
): Promise<void> {
  const { parts, inFlight } = context;
  const live = beginExchange(parts, request, response, context.garbage);
  inFlight.add(live);
  const holdings = createHoldings(context, live);
  try {
    response.setHeader('X-Request-Id', live.requestId);
    const answer = await decide(context, live, holdings);
    if (answer !== 'taken') {
      await sendAnswer(live.body, answer, parts.settings.limits, () => context.isStopping());
    }
  } catch (cause) {
    if (!(cause instanceof ClientGone) && !response.destroyed) {
      parts.log.error({ err: cause, requestId: live.requestId }, 'an answer could not be sent');
    }
    response.destroy();
  } finally {
    inFlight.delete(live);
    tellOf(context, reportOf(live, parts.clock.nowMs()));
  }
}

/** What is held is given back before the answer goes out: whoever has read it finds nothing left of the request. */
function createHoldings({ parts, uploads }: GatewayContext, live: LiveExchange) {
  const session = uploads.session(live.body.announcedBytes);
  const endings: (() => void)[] = [];
  return {
    session,
    onEnd(act: () => void) {
      endings.push(act);
    },
    async end(): Promise<void> {
      await session.release().catch((cause: unknown) => {
        parts.log.error({ err: cause, requestId: live.requestId }, 'received files could not be removed');
      });
      for (const act of endings) act();
    },
  };
}

async function decide(
  context: GatewayContext,
  live: LiveExchange,
  holdings: ReturnType<typeof createHoldings>,
): Promise<ReadyAnswer | 'taken'> {
  try {
    return await performed(context, live, holdings);
  } catch (cause) {
    if (cause instanceof ClientGone || live.body.response.headersSent) throw cause;
    const answer = withDialectHeaders(context, live, answerFor(context, live, cause));
    return await ready(context, live, judged(context, live, answer));
  } finally {
    await holdings.end();
  }
}

/** Performs a reading anew where the picture was replaced under its eyes: there never was a moment without one. */
async function performed(
  context: GatewayContext,
  live: LiveExchange,
  holdings: ExchangeHoldings,
): Promise<ReadyAnswer | 'taken'> {
  for (let reading = 1; ; reading += 1) {
    const answer = await perform(context, live, holdings);
    if (answer === 'taken') return answer;
    try {
      return await ready(context, live, judged(context, live, withDialectHeaders(context, live, answer)));
    } catch (cause) {
      if (!(cause instanceof PictureGone) || reading === MAX_READINGS) throw cause;
    }
  }
}

function perform(
  context: GatewayContext,
  live: LiveExchange,
  holdings: ExchangeHoldings,
): Promise<WireResponse | 'taken'> {
  const { head } = live.received;
  const ticket = ticketIn(head.path);
  if (ticket !== undefined) return serveDownload(context.parts.executor, ticket, head, live.baseUrl);
  const match = context.routes.match(head.method, head.path);
  if (match.loaded) live.loaded = match.loaded;
  return match.kind === 'operation'
    ? performCall(context, live, match, holdings)
    : performUnmatched(context, live, match);
}

function withDialectHeaders(
  { parts }: GatewayContext,
  live: LiveExchange,
  answer: WireResponse,
): WireResponse {
  live.facts = { ...live.facts, ...answer.logFields };
  if (!live.loaded?.dialect.responseHeaders) return answer;
  const exchange = dialectExchange(live, live.loaded, parts.clock.nowMs());
  return { ...answer, headers: { ...live.loaded.dialect.responseHeaders(exchange), ...answer.headers } };
}

async function ready(
  { parts }: GatewayContext,
  live: LiveExchange,
  answer: WireResponse,
): Promise<ReadyAnswer> {
  const { head } = live.received;
  const { status, headers, body } = answer;
  return body.kind === 'picture'
    ? { kind: 'picture', ...(await pictureAnswer(parts.objects, { status, headers, body }, head)) }
    : readyAnswer({ status, headers, body }, head);
}
