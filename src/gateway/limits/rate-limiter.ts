import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Principal, ProblemError, type RatePolicy } from '../../domain/index.ts';
import { type RateLimitSettings, USUAL_PUBLIC_CALLS } from '../../settings/rate-limit-settings.ts';
import type { CredentialLog } from '../credentials/credential-log.ts';
import { connectRedisWindows, type RedisWindows } from './redis-windows.ts';
import { anonymousKey, windowKey } from './window-key.ts';

/** Limits callers to a dialect's rate. Call `start` before the first request, `stop` at shutdown. */
export interface RateLimiter {
  /** Connects to Redis where the settings name one, and logs which processes share the limits. */
  start(): Promise<void>;
  /**
   * Counts one call. The window begins with the first call. Until it ends, calls past the limit throw
   * `ProblemError` `rate-limited`. Refused calls count as well, but never prolong the window.
   */
  admit(principal: Principal, policy: RatePolicy, operationId: string): Promise<void>;
  /**
   * Counts one call of a public operation against the client's address, where it is known. Throws like
   * `admit`. It bounds how many secrets a client can guess here, and the cost of checking them.
   */
  admitAnonymous(address: string | undefined, dialect: string, operationId: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Fixed windows per credential, or per credential and operation; for public operations per address and
 * operation. Without Redis each process counts on its own, so n gateways together admit n times the limit.
 * While Redis is away each process does the same.
 */
export function createRateLimiter({
  enabled,
  redisUrl,
  publicCalls = USUAL_PUBLIC_CALLS,
  log,
}: RateLimitSettings & { readonly log: CredentialLog }): RateLimiter {
  let redis: RedisWindows | undefined;
  const limiters = new Map<string, RateLimiterAbstract>();

  const limiterOf = ({
    limit,
    windowSeconds,
  }: Pick<RatePolicy, 'limit' | 'windowSeconds'>): RateLimiterAbstract => {
    const name = `${limit}/${windowSeconds}`;
    const known = limiters.get(name);
    if (known) return known;
    // Redis counts whole points and whole seconds.
    const options = { points: limit, duration: Math.ceil(windowSeconds), keyPrefix: `polyface:rate:${name}` };
    const inMemory = new RateLimiterMemory(options);
    const made = redis ? redis.limiter(options, inMemory) : inMemory;
    limiters.set(name, made);
    return made;
  };

  const take = async (policy: Pick<RatePolicy, 'limit' | 'windowSeconds'>, key: string, weight: number) => {
    if (!enabled) return;
    try {
      await limiterOf(policy).consume(key, weight);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      throw new ProblemError({ kind: 'rate-limited', retryAfterSeconds });
    }
  };

  return {
    async start() {
      if (!enabled)
        return log.info({ rateLimits: 'off' }, 'rate limits are off; wrong passwords still have to wait');
      if (redisUrl === undefined) {
        return log.info(
          { rateLimits: 'process' },
          'rate limits count per process: the settings name no Redis',
        );
      }
      redis = await connectRedisWindows(redisUrl, log);
    },

    admit: (principal, policy, operationId) =>
      take(policy, windowKey(principal, policy, operationId), Math.ceil(policy.weights?.[operationId] ?? 1)),
    admitAnonymous: (address, dialect, operationId) =>
      take(publicCalls, anonymousKey(address, dialect, operationId), 1),

    async stop() {
      await redis?.close();
    },
  };
}
