import type { RequestContext, WireResponse } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { GatewayParts } from '../gateway-parts.ts';
import { validateResponse } from '../validation/validate-response.ts';
import { type BuiltResponse, buildResponse } from './build-response.ts';
import { PictureGone } from './picture-response.ts';

/**
 * How often the record is read again when the picture was replaced before its body could be opened. After
 * that the reader is told that there is none.
 */
const MAX_READS = 8;

/**
 * Adds the dialect's headers, validates the response against its document and builds it. Throws an `Error`
 * where the settings enforce the document and the response violates it, and throws `PictureGone`.
 */
export async function finishResponse(
  gateway: GatewayContext,
  loaded: LoadedDialect | undefined,
  context: RequestContext<object>,
  response: WireResponse,
): Promise<BuiltResponse> {
  const complete = addDialectHeaders(loaded, context, response);
  const violations = validateResponse(gateway, loaded, context, complete);
  if (violations.length > 0) throw new Error(`response not as documented: ${violations.join('; ')}`);
  return buildResponse(gateway.parts.objects, complete, context.request);
}

/** Adds the headers that every response of the dialect has. */
export function addDialectHeaders(
  loaded: LoadedDialect | undefined,
  context: RequestContext<object>,
  response: WireResponse,
): WireResponse {
  const headers = loaded?.dialect.responseHeaders?.(context);
  return headers ? { ...response, headers: { ...headers, ...response.headers } } : response;
}

/**
 * Reads again where the picture was replaced between its record and its body, because the subject had a
 * picture all the time. If the record is read again and still names the missing body, the body is lost, and
 * that is reported.
 */
export async function retryWhileReplaced<T>(
  { reportMissing }: Pick<GatewayParts, 'reportMissing'>,
  read: (isFirst: boolean) => Promise<T>,
): Promise<T> {
  let gone: string | undefined;
  for (let reads = 1; ; reads += 1) {
    try {
      return await read(reads === 1);
    } catch (cause) {
      if (!(cause instanceof PictureGone) || reads === MAX_READS) throw cause;
      if (cause.bodyKey === gone) {
        reportMissing?.(gone);
        throw cause;
      }
      gone = cause.bodyKey;
    }
  }
}
