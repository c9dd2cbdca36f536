import { type RateLimiterAbstract, type RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { CredentialLog } from '../credentials/credential-log.ts';

/** Windows that all processes share. */
export interface RedisWindows {
  /** Falls back to `insurance` while Redis is away. */
  limiter(
    options: { readonly points: number; readonly duration: number; readonly keyPrefix: string },
    insurance: RateLimiterMemory,
  ): RateLimiterAbstract;
  close(): Promise<void>;
}

/** The longest that a request waits for its count. */
const commandTimeoutMs = 500;
const connectTimeoutMs = 2000;
/** It is also how long the client's own timer keeps the process alive after `close`. */
const disconnectTimeoutMs = 100;
const longestReconnectMs = 5000;

/**
 * Imports the client and connects. The gateway goes on without Redis: limits then count per process, one line
 * is logged, and the client keeps trying.
 */
export async function connectRedisWindows(url: string, log: CredentialLog): Promise<RedisWindows> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * attempt, longestReconnectMs),
  });
  let state: 'new' | 'shared' | 'away' | 'closing' = 'new';
  let cause: string | undefined;
  client.on('ready', () => {
    state = 'shared';
    log.info({ rateLimits: 'redis' }, 'rate limits count in Redis, over all processes');
  });
  client.on('close', () => {
    if (state === 'away' || state === 'closing') return;
    state = 'away';
    log.warn({ rateLimits: 'process', cause }, 'Redis is away: rate limits count per process');
  });
  client.on('error', ({ name, code }: Error & { code?: string }) => {
    cause = code ?? name;
  });
  // The listeners above report a failure, and the client keeps trying by itself.
  await client.connect().catch(() => undefined);
  return {
    limiter: (options, insuranceLimiter) =>
      new RateLimiterRedis({
        ...options,
        storeClient: client,
        rejectIfRedisNotReady: true,
        insuranceLimiter,
      }),
    async close() {
      state = 'closing';
      client.disconnect();
    },
  };
}
