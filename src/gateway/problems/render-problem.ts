import type { Exchange, Problem, WireResponse } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { houseAnswer } from './house-answer.ts';

/** The dialect's answer to a problem; the gateway's own where there is no dialect, or where the dialect fails at it. */
export function renderProblem(
  { parts }: Pick<GatewayContext, 'parts'>,
  loaded: LoadedDialect | undefined,
  problem: Problem,
  exchange: Exchange<object>,
): WireResponse {
  const { requestId } = exchange;
  if (!loaded) return houseAnswer(problem, requestId);
  try {
    return loaded.dialect.renderProblem(problem, exchange);
  } catch (cause) {
    parts.log.error(
      { err: cause, requestId, dialect: loaded.dialect.name, problem: problem.kind },
      'a dialect could not render a problem',
    );
    return houseAnswer({ kind: 'internal' }, requestId);
  }
}
