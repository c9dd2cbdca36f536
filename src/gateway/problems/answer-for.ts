import type { WireResponse } from '../../domain/index.ts';
import { dialectExchange, type LiveExchange } from '../exchange/live-exchange.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { problemOf } from './problem-of.ts';
import { renderProblem } from './render-problem.ts';

/**
 * The one place where something thrown becomes an answer: in the dialect of the route, else of the mount, else the gateway's own. What
 * nobody foresaw goes to the log with the request id and leaves as `internal`.
 */
export function answerFor(context: GatewayContext, live: LiveExchange, thrown: unknown): WireResponse {
  const { problem, unexpected } = problemOf(thrown);
  live.problem = problem.kind;
  if (unexpected) {
    const { requestId, loaded, route } = live;
    context.parts.log.error(
      { err: thrown, requestId, dialect: loaded?.dialect.name, route, problem: problem.kind },
      'an exchange failed',
    );
  }
  const { loaded } = live;
  return renderProblem(context, loaded, problem, dialectExchange(live, loaded, context.parts.clock.nowMs()));
}
