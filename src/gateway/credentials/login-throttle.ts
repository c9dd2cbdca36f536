import { ProblemError } from '../../domain/index.ts';
import { networkOf } from '../limits/window-key.ts';

/** One attempt to authenticate with a credential. */
export interface Attempt {
  readonly dialect: string;
  /** The user name or client key, where the scheme has one. */
  readonly name?: string;
  /** Where the request comes from; absent where that is unknown. */
  readonly address?: string;
}

/** Slows down clients that guess secrets. Only this process keeps the counts. */
export interface LoginThrottle {
  /** Throws `ProblemError` `rate-limited` while the name or the address has to wait. */
  check(attempt: Attempt): void;
  /**
   * Counts the attempt against its name before the result is known. Otherwise a hundred guesses sent at once
   * would all be free.
   */
  begin(attempt: Attempt): void;
  /** The secret was wrong. */
  failed(attempt: Attempt): void;
  /** The secret was right, so the failures of the name are forgotten. */
  succeeded(attempt: Attempt): void;
  /**
   * The attempt had no result, e.g. because a token had expired or a backend was unavailable. It is not counted.
   */
  cancelled(attempt: Attempt): void;
}

/**
 * How many wrong secrets are free, and how long the longest wait becomes. Waits begin at a second and double.
 */
interface Allowance {
  readonly free: number;
  readonly longestWaitMs: number;
}

/** Few for a name: passwords can be guessed. */
const perName: Allowance = { free: 10, longestWaitMs: 300_000 };
/** An address may fail often and waits are short, because all clients behind one proxy share it. */
const perAddress: Allowance = { free: 100, longestWaitMs: 30_000 };
/** The failures of a name or an address are forgotten after this long without an attempt. */
export const forgottenAfterMs = 900_000;
/** A client that makes up names must not fill the memory, so the oldest counts are forgotten first. */
const mostCounted = 20_000;

interface Count {
  failures: number;
  lastAtMs: number;
}

/** `slowed` is called once when waits begin for a name or an address. */
export function createLoginThrottle({
  monotonicMs,
  slowed,
}: {
  readonly monotonicMs: () => number;
  readonly slowed: (attempt: Attempt, by: 'name' | 'address') => void;
}): LoginThrottle {
  const counts = new Map<string, Count>();

  const current = (key: string): Count | undefined => {
    const count = counts.get(key);
    if (!count || monotonicMs() - count.lastAtMs < forgottenAfterMs) return count;
    counts.delete(key);
    return undefined;
  };

  const add = (key: string, by: 1 | -1): number => {
    const failures = Math.max(0, (current(key)?.failures ?? 0) + by);
    counts.delete(key);
    if (failures > 0) counts.set(key, { failures, lastAtMs: monotonicMs() });
    const [oldest] = counts.keys();
    if (counts.size > mostCounted && oldest !== undefined) counts.delete(oldest);
    return failures;
  };

  const waitMs = (key: string | undefined, { free, longestWaitMs }: Allowance): number => {
    const count = key === undefined ? undefined : current(key);
    if (!count || count.failures < free) return 0;
    const wholeMs = Math.min(longestWaitMs, 1000 * 2 ** Math.min(30, count.failures - free));
    return count.lastAtMs + wholeMs - monotonicMs();
  };

  return {
    check(attempt) {
      const leftMs = Math.max(waitMs(nameKey(attempt), perName), waitMs(addressKey(attempt), perAddress));
      if (leftMs > 0) {
        throw new ProblemError({ kind: 'rate-limited', retryAfterSeconds: Math.ceil(leftMs / 1000) });
      }
    },
    begin(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined && add(name, 1) === perName.free) slowed(attempt, 'name');
    },
    failed(attempt) {
      const address = addressKey(attempt);
      if (address !== undefined && add(address, 1) === perAddress.free) slowed(attempt, 'address');
    },
    succeeded(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined) counts.delete(name);
    },
    cancelled(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined) add(name, -1);
    },
  };
}

/** The key holds name and address, so that a client elsewhere cannot lock out the owner of the name. */
function nameKey({ dialect, name, address }: Attempt): string | undefined {
  return name === undefined
    ? undefined
    : JSON.stringify([dialect, name.slice(0, 256), address === undefined ? null : networkOf(address)]);
}

function addressKey({ address }: Attempt): string | undefined {
  return address === undefined ? undefined : JSON.stringify([networkOf(address)]);
}
