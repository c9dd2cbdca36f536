import type { Principal } from '../../domain/index.ts';
import { authorize } from '../credentials/access.ts';
import type { RoutedRequest } from '../routes/route-request.ts';
import type { RateLimiter } from './rate-limiter.ts';

/**
 * Counts the request against the caller's rate, and requires the operation's scopes. Throws `rate-limited`,
 * `forbidden`.
 */
export async function admitCaller(
  rates: Pick<RateLimiter, 'admit' | 'admitAnonymous'>,
  { operation, loaded, documented: { operationId } }: Extract<RoutedRequest, { kind: 'operation' }>,
  principal: Principal | undefined,
  address: string | undefined,
  { unmetered }: { readonly unmetered: boolean },
): Promise<void> {
  if (principal) {
    if (!unmetered) await rates.admit(principal, loaded.rate, operationId);
    authorize(operation.access, principal);
  } else if (operation.body === 'json' && !unmetered) {
    await rates.admitAnonymous(address, loaded.dialect.name, operationId);
  }
}
