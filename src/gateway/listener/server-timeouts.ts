import type { ServerOptions } from 'node:http';
import type { Settings } from '../../settings/settings.ts';

/** How often Node looks for requests that have taken too long. */
const TIMEOUT_CHECK_MS = 500;

/** How long a client may take for its head and its request, and may stay connected between two requests. */
export function serverTimeouts(
  limits: Pick<
    Settings['limits'],
    'headersTimeoutSeconds' | 'requestTimeoutSeconds' | 'keepAliveTimeoutSeconds'
  >,
): ServerOptions {
  return {
    headersTimeout: limits.headersTimeoutSeconds * 1000,
    requestTimeout: limits.requestTimeoutSeconds * 1000,
    keepAliveTimeout: limits.keepAliveTimeoutSeconds * 1000,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
}
