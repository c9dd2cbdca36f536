import { Type } from '@sinclair/typebox';
import { count, flag, seconds, secretText, section, type ValueOf } from './schema-parts.ts';

/**
 * A client exchanges its secret every five minutes, so this is enough for some hundreds of clients behind one
 * address. 120 attempts, at 30 ms of argon2id each, take less than four seconds of a processor.
 */
export const USUAL_PUBLIC_CALLS: PublicCallRate = { limit: 120, windowSeconds: 60 };

const publicCalls = section({
  limit: count(USUAL_PUBLIC_CALLS.limit, 'Calls in a window.', 1),
  windowSeconds: seconds(USUAL_PUBLIC_CALLS.windowSeconds, 'Length of the window.'),
});

/** The schema of `rateLimits`. */
export const rateLimitsSchema = section({
  enabled: flag(true, 'Whether rates are counted at all.'),
  redisUrl: Type.Optional(
    secretText('A Redis that all gateways count in; absent: each counts for itself.', {
      pattern: '^rediss?://',
      expects: 'an address that begins with redis:// or rediss://',
    }),
  ),
  // For operations that need no credential and take JSON, such as token endpoints: per client address and
  // operation.
  publicCalls: Type.Optional(publicCalls),
});

/** How often callers may call. */
export type RateLimitSettings = ValueOf<typeof rateLimitsSchema>;

/** A number of calls in a window. */
export interface PublicCallRate {
  readonly limit: number;
  readonly windowSeconds: number;
}
