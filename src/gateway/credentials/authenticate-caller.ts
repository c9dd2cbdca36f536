import type { Principal } from '../../domain/index.ts';
import type { IncomingRequest } from '../requests/incoming-request.ts';
import type { RoutedRequest } from '../routes/route-request.ts';
import type { Authenticator } from './authenticator.ts';

/**
 * Finds out who calls. `undefined` for public operations and for paths that belong to no dialect. Throws
 * `unauthenticated`, `rate-limited`.
 */
export async function authenticateCaller(
  authenticator: Authenticator,
  route: RoutedRequest,
  { origin }: Pick<IncomingRequest, 'origin'>,
): Promise<Principal | undefined> {
  if (!route.loaded) return undefined;
  if (route.kind === 'operation' && route.operation.access.kind === 'public') return undefined;
  return authenticator.authenticate(route.loaded, route.head, origin.address);
}
