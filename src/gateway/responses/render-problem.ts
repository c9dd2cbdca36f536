import type { Logger } from 'pino';
import type { Problem, RequestContext, WireResponse } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import { defaultErrorResponse } from './default-error-response.ts';

/**
 * Renders a problem in the dialect, or in the gateway's own form where there is no dialect or where the dialect
 * fails to render it.
 */
export function renderProblem(
  log: Pick<Logger, 'error'>,
  loaded: LoadedDialect | undefined,
  problem: Problem,
  context: RequestContext<object>,
): WireResponse {
  const { requestId } = context;
  if (!loaded) return defaultErrorResponse(problem, requestId);
  try {
    return loaded.dialect.renderProblem(problem, context);
  } catch (cause) {
    log.error(
      { err: cause, requestId, dialect: loaded.dialect.name, problem: problem.kind },
      'a dialect could not render a problem',
    );
    return defaultErrorResponse({ kind: 'internal' }, requestId);
  }
}
