import type { Problem, RequestContext } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { validateResponse } from '../validation/validate-response.ts';
import { type BuiltResponse, buildResponse } from './build-response.ts';
import { addDialectHeaders } from './finish-response.ts';
import { problemOf } from './problem-of.ts';
import { renderProblem } from './render-problem.ts';

/**
 * The one place where a thrown value becomes a response: in the dialect of the route or the mount, else in
 * the gateway's own form. Unexpected errors are logged with the request id and answered as `internal`.
 */
export async function respondToProblem(
  gateway: GatewayContext,
  loaded: LoadedDialect | undefined,
  context: RequestContext<object>,
  thrown: unknown,
): Promise<{ readonly problem: Problem; readonly response: BuiltResponse }> {
  const { parts } = gateway;
  const { problem, unexpected } = problemOf(thrown);
  if (unexpected) {
    const { requestId, request } = context;
    parts.log.error(
      {
        err: thrown,
        requestId,
        dialect: loaded?.dialect.name,
        operationId: request.operationId,
        problem: problem.kind,
      },
      'a request failed',
    );
  }
  const response = addDialectHeaders(loaded, context, renderProblem(parts.log, loaded, problem, context));
  const violations = validateResponse(gateway, loaded, context, response);
  // An `internal` that violates its document as well is sent as it is.
  if (violations.length > 0 && problem.kind !== 'internal') {
    const cause = new Error(`response not as documented: ${violations.join('; ')}`);
    return respondToProblem(gateway, loaded, context, cause);
  }
  return { problem, response: await buildResponse(parts.objects, response, context.request) };
}
