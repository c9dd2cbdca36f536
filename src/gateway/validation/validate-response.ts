import { jsonText, type RequestContext, type WireResponse } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { GatewayContext } from '../gateway-context.ts';

/**
 * Validates a response against its document as far as the settings want it, and logs violations. Returns the
 * violations that forbid sending it: none unless the settings say `enforce`.
 */
export function validateResponse(
  { parts, metrics, responseValidatorOf }: GatewayContext,
  loaded: LoadedDialect | undefined,
  { request, requestId, profile }: Pick<RequestContext<object>, 'request' | 'requestId' | 'profile'>,
  { status, headers, body }: WireResponse,
): readonly string[] {
  const { validateResponses } = parts.settings;
  if (validateResponses === 'off' || !loaded || body.kind === 'picture') return [];
  const { operationId, method } = request;
  const violations = responseValidatorOf(
    loaded,
    profile,
  )({
    ...(operationId !== undefined && { operationId }),
    method,
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(body.kind === 'json' && { text: jsonText(body.value) }),
    ...(body.kind === 'text' && { text: body.text }),
  });
  if (violations.length === 0) return [];
  const dialect = loaded.dialect.name;
  metrics.countViolation(dialect, operationId ?? 'none');
  parts.log.warn({ requestId, dialect, operationId, status, violations }, 'a response violates its document');
  return validateResponses === 'enforce' ? violations : [];
}
