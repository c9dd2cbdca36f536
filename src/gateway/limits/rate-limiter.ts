import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Principal, ProblemError, type RatePolicy } from '../../domain/index.ts';
import type { CredentialLog } from '../credentials/credential-log.ts';
import { connectRedisWindows, type RedisWindows } from './redis-windows.ts';
import { windowKey } from './window-key.ts';

/** Holds callers to a dialect's rate. `start` before the first request, `stop` at shutdown. */
export interface RateLimiter {
  /** Connects to Redis where the settings name one, and says in the log for whom the limits count. */
  start(): Promise<void>;
  /**
   * Counts one call. Throws `ProblemError` `rate-limited` from the first call past the limit until the window, which began with the
   * first call, is over; refused calls count as well but never prolong it.
   */
  admit(principal: Principal, policy: RatePolicy, operationId: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Fixed windows per credential, or per credential and operation. Without Redis each process counts on its own, so that n gateways
 * together let n times the limit pass; while Redis is away each falls back to that.
 */
export function createRateLimiter({
  enabled,
  redisUrl,
  log,
}: {
  readonly enabled: boolean;
  readonly redisUrl?: string;
  readonly log: CredentialLog;
}): RateLimiter {
  let redis: RedisWindows | undefined;
  const limiters = new Map<string, RateLimiterAbstract>();

  const limiterOf = ({ limit, windowSeconds }: RatePolicy): RateLimiterAbstract => {
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

  return {
    async start() {
      if (!enabled) return log.info({ rateLimits: 'off' }, 'rate limits are off');
      if (redisUrl === undefined) {
        return log.info(
          { rateLimits: 'process' },
          'rate limits count per process: the settings name no Redis',
        );
      }
      redis = await connectRedisWindows(redisUrl, log);
    },

    async admit(principal, policy, operationId) {
      if (!enabled) return;
      try {
        const weight = Math.ceil(policy.weights?.[operationId] ?? 1);
        await limiterOf(policy).consume(windowKey(principal, policy, operationId), weight);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
        throw new ProblemError({ kind: 'rate-limited', retryAfterSeconds });
      }
    },

    async stop() {
      await redis?.close();
    },
  };
}
