import type { RequestContext, WireRequestHead, WireResponse } from '../../src/domain/index.ts';

/**
 * The paths of this dialect with a trailing slash. No other path is redirected, so `//elsewhere/` cannot send
 * a client to another host.
 */
const SLASHED = /^(\/users\/image\/upload|\/users\/me|\/images\/profileImages\/[^/]+)\/+$/;

/**
 * Observed: the vendor's framework answers a trailing slash with 307 to the whole address without it; the
 * query goes along.
 */
export function redirectTrailingSlash(
  head: Pick<WireRequestHead, 'path' | 'query'>,
  { profile, baseUrl }: Pick<RequestContext<unknown>, 'profile' | 'baseUrl'>,
): WireResponse | undefined {
  const path = profile === 'observed' ? SLASHED.exec(head.path)?.[1] : undefined;
  if (path === undefined) return undefined;
  return {
    status: 307,
    headers: { Location: `${baseUrl}${path}${queryOf(head.query)}` },
    body: { kind: 'none' },
  };
}

function queryOf(query: WireRequestHead['query']): string {
  const pairs = Object.entries(query).flatMap(([key, values]) => values.map((value) => [key, value]));
  return pairs.length > 0 ? `?${new URLSearchParams(pairs).toString()}` : '';
}
