import type {
  Principal,
  RequestContext,
  WireProfile,
  WireRequest,
  WireRequestHead,
} from '../../../src/domain/index.ts';

/** A request head with nothing in it but what the test is about. */
export function aHead(parts: Partial<WireRequestHead> = {}): WireRequestHead {
  return { method: 'GET', path: '/', params: {}, query: {}, headers: {}, ...parts };
}

/** A whole request without files. */
export function aRequest(parts: Partial<WireRequest> = {}): WireRequest {
  return { ...aHead(parts), uploads: [], ...parts };
}

/** A caller of the demo tenant. */
export function aPrincipal(dialect: string, parts: Partial<Principal> = {}): Principal {
  return { tenant: 'demo', dialect, credentialId: 'test', scopes: [], ...parts };
}

/** An exchange at a fixed instant. */
export function aRequestContext<Options>(
  options: Options,
  parts: Partial<RequestContext<Options>> & { readonly profile?: WireProfile } = {},
): RequestContext<Options> {
  return {
    requestId: '0123456789abcdef0123456789abcdef',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    nowMs: Date.UTC(2026, 10, 21, 12),
    profile: 'documented',
    options,
    baseUrl: 'https://images.example.com',
    request: aHead(),
    ...parts,
  };
}
