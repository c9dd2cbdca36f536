import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Principal, RatePolicy } from '../../../src/domain/index.ts';
import { createRateLimiter, type RateLimiter } from '../../../src/gateway/limits/rate-limiter.ts';

const v1: RatePolicy = { limit: 1000, windowSeconds: 60, per: 'endpoint' };
const smartsheet: RatePolicy = {
  limit: 300,
  windowSeconds: 60,
  per: 'credential',
  weights: { addProfileImage: 10 },
};
const silent = { info: () => undefined, warn: () => undefined };

function caller(credentialId = 'key', tenant = 'demo'): Principal {
  return { tenant, dialect: 'd', credentialId, scopes: [] };
}

async function countAdmitted(
  limiter: RateLimiter,
  calls: number,
  { principal = caller(), policy = v1, operation = 'updateImage' } = {},
): Promise<number> {
  let count = 0;
  for (let call = 0; call < calls; call += 1) {
    count += await limiter.admit(principal, policy, operation).then(
      () => 1,
      () => 0,
    );
  }
  return count;
}

async function refusal(limiter: RateLimiter, policy = v1, operation = 'updateImage'): Promise<unknown> {
  return limiter.admit(caller(), policy, operation).then(
    () => 'admitted',
    (error: { problem?: unknown }) => error.problem ?? error,
  );
}

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2025, 3, 21), doNotFake: ['nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the rate of a credential', () => {
  it('the rate of a credential is a thousand calls, then 429 until the minute is over', async () => {
    const limiter = createRateLimiter({ enabled: true, log: silent });
    await expect(countAdmitted(limiter, 1000)).resolves.toBe(1000);
    await expect(refusal(limiter)).resolves.toEqual({ kind: 'rate-limited', retryAfterSeconds: 60 });
    jest.advanceTimersByTime(42_500);
    await expect(countAdmitted(limiter, 500)).resolves.toBe(0);
    await expect(refusal(limiter)).resolves.toEqual({ kind: 'rate-limited', retryAfterSeconds: 18 });
    jest.advanceTimersByTime(17_500);
    await expect(countAdmitted(limiter, 1001)).resolves.toBe(1000);
  });

  it('the rate of a credential is its own for each credential, tenant and, where the policy says so, operation', async () => {
    const limiter = createRateLimiter({ enabled: true, log: silent });
    const policy = { ...v1, limit: 2 };
    await countAdmitted(limiter, 3, { policy });
    await expect(countAdmitted(limiter, 3, { policy, principal: caller('other key') })).resolves.toBe(2);
    await expect(countAdmitted(limiter, 3, { policy, principal: caller('key', 'other') })).resolves.toBe(2);
    await expect(countAdmitted(limiter, 3, { policy, operation: 'readCustomer' })).resolves.toBe(2);
    await expect(countAdmitted(limiter, 3, { policy, principal: caller('key/updateImage') })).resolves.toBe(
      2,
    );
  });

  it('the rate of a credential is used up by uploads ten times as fast where they count ten', async () => {
    const limiter = createRateLimiter({ enabled: true, log: silent });
    const uploads = { policy: smartsheet, operation: 'addProfileImage' };
    await expect(countAdmitted(limiter, 100, { policy: smartsheet, operation: 'readUser' })).resolves.toBe(
      100,
    );
    await expect(countAdmitted(limiter, 21, uploads)).resolves.toBe(20);
    await expect(refusal(limiter, smartsheet, 'readUser')).resolves.toMatchObject({ kind: 'rate-limited' });
  });

  it('the rate of a credential is no concern where limits are off', async () => {
    const limiter = createRateLimiter({ enabled: false, log: silent });
    await expect(countAdmitted(limiter, 20, { policy: { ...v1, limit: 1 } })).resolves.toBe(20);
  });

  it('the rate of a credential counts per process without Redis, and the log says so at start', async () => {
    const lines: string[] = [];
    const log = { info: (_fields: object, line: string) => void lines.push(line), warn: () => undefined };
    await createRateLimiter({ enabled: true, log }).start();
    await createRateLimiter({ enabled: false, log }).start();
    expect(lines).toEqual([
      'rate limits count per process: the settings name no Redis',
      'rate limits are off; wrong passwords still have to wait',
    ]);
  });
});

describe('the rate of a public operation', () => {
  const few = { limit: 3, windowSeconds: 60 };

  async function letIn(limiter: RateLimiter, calls: number, address?: string, operation = 'generateToken') {
    let count = 0;
    for (let call = 0; call < calls; call += 1) {
      count += await limiter.admitAnonymous(address, 'capillary-v2', operation).then(
        () => 1,
        () => 0,
      );
    }
    return count;
  }

  it('the rate of a public operation is counted for each address and operation, and begins anew with the next window', async () => {
    const limiter = createRateLimiter({ enabled: true, publicCalls: few, log: silent });
    await expect(letIn(limiter, 5, '192.0.2.1')).resolves.toBe(3);
    await expect(letIn(limiter, 5, '192.0.2.2')).resolves.toBe(3);
    await expect(letIn(limiter, 5, '192.0.2.1', 'revokeToken')).resolves.toBe(3);
    jest.advanceTimersByTime(60_000);
    await expect(letIn(limiter, 5, '192.0.2.1')).resolves.toBe(3);
  });

  it.each([
    ['the addresses of one IPv6 network', '2001:db8:0:7::1', '2001:DB8:0:7:a:b:c:d'],
    ['an IPv4 address and the same written as IPv6', '192.0.2.1', '::ffff:192.0.2.1'],
    ['callers without an address', undefined, undefined],
  ])('the rate of a public operation is one for %s', async (_name, one, other) => {
    const limiter = createRateLimiter({ enabled: true, publicCalls: few, log: silent });
    await letIn(limiter, 3, one);
    await expect(letIn(limiter, 1, other)).resolves.toBe(0);
  });

  it.each([
    ['two IPv6 networks', '2001:db8:0:7::1', '2001:db8:0:8::1'],
    ['short and long spellings of different networks', '::1', '1::1'],
  ])('the rate of a public operation is not shared by %s', async (_name, one, other) => {
    const limiter = createRateLimiter({ enabled: true, publicCalls: few, log: silent });
    await letIn(limiter, 3, one);
    await expect(letIn(limiter, 1, other)).resolves.toBe(1);
  });

  it('the rate of a public operation is 120 a minute where nothing is said, and no concern where limits are off', async () => {
    await expect(letIn(createRateLimiter({ enabled: true, log: silent }), 130, '192.0.2.1')).resolves.toBe(
      120,
    );
    await expect(letIn(createRateLimiter({ enabled: false, log: silent }), 130, '192.0.2.1')).resolves.toBe(
      130,
    );
  });
});
