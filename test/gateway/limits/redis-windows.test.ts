import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RatePolicy } from '../../../src/domain/index.ts';
import { createRateLimiter, type RateLimiter } from '../../../src/gateway/limits/rate-limiter.ts';

const policy: RatePolicy = { limit: 3, windowSeconds: 600, per: 'endpoint' };
const principal = { tenant: 'demo', dialect: 'd', credentialId: 'key', scopes: [] };
const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a real Redis; `undefined` where this machine has none. */
async function startRedis(port: number): Promise<ChildProcess | undefined> {
  const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  const started = await new Promise<boolean>((resolve) => {
    redis.once('error', () => resolve(false));
    redis.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve(true);
    });
  });
  if (!started) return undefined;
  ended.push(() => stop(redis));
  return redis;
}

async function stop(redis: ChildProcess): Promise<void> {
  if (redis.exitCode !== null || redis.signalCode !== null) return;
  redis.kill();
  await once(redis, 'exit');
}

async function aProcess(port: number) {
  const lines: string[] = [];
  const write = (_fields: object, line: string): void => void lines.push(line);
  const limiter = createRateLimiter({
    enabled: true,
    redisUrl: `redis://127.0.0.1:${port}`,
    log: { info: write, warn: write },
  });
  await limiter.start();
  ended.push(() => limiter.stop());
  return { limiter, lines };
}

async function countAdmitted(limiter: RateLimiter, calls: number): Promise<number> {
  const asked = Array.from({ length: calls }, () =>
    limiter.admit(principal, policy, 'updateImage').then(
      () => 1,
      (error: Error) => {
        expect(error.message).toBe('rate-limited');
        return 0;
      },
    ),
  );
  const counts = await Promise.all(asked);
  return counts.filter((count) => count === 1).length;
}

describe('windows in Redis', () => {
  it('windows in Redis are shared by all processes, and each goes on alone while Redis is away', async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    if (!redis) {
      console.warn('NOT TESTED HERE: windows shared over Redis, because this machine has no redis-server');
      return;
    }
    const [one, two] = [await aProcess(port), await aProcess(port)];
    const first = await countAdmitted(one.limiter, 2);
    const second = await countAdmitted(two.limiter, 9);
    expect(first + second).toBe(3);
    expect(one.lines).toEqual(['rate limits count in Redis, over all processes']);

    await stop(redis);
    await expect(countAdmitted(one.limiter, 9)).resolves.toBe(3);
    // Calls fall back as soon as the connection fails; its end is told a moment later.
    while (one.lines.at(-1) !== 'Redis is away: rate limits count per process') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    await startRedis(port);
    while (one.lines.at(-1) !== 'rate limits count in Redis, over all processes') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect(countAdmitted(one.limiter, 9)).resolves.toBe(3);
    await expect(countAdmitted(one.limiter, 1)).resolves.toBe(0);
  });

  it('windows in Redis do not keep the gateway from starting when Redis is away from the beginning', async () => {
    const { limiter, lines } = await aProcess(await freePort());
    expect(lines).toContain('Redis is away: rate limits count per process');
    expect(lines).not.toContain('rate limits count in Redis, over all processes');
    await expect(countAdmitted(limiter, 9)).resolves.toBe(3);
  });
});
