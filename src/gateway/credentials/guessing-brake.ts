import { ProblemError } from '../../domain/index.ts';

/** One try to prove a credential. */
export interface Attempt {
  readonly dialect: string;
  /** The user name or client key, where the scheme has one. */
  readonly name?: string;
  /** Where the request comes from, where that is known. */
  readonly address?: string;
}

/** Slows down whoever guesses secrets. Counts are kept in this process alone. */
export interface GuessingBrake {
  /** Throws `ProblemError` `rate-limited` while the name or the address has to wait. */
  check(attempt: Attempt): void;
  /** Counts the attempt against its name, before its answer is known: a hundred guesses sent at once must not all be free. */
  begin(attempt: Attempt): void;
  /** The secret was wrong. */
  failed(attempt: Attempt): void;
  /** The secret was right: the name starts afresh. */
  proved(attempt: Attempt): void;
  /** Nothing was learned (a token had expired, a backend was away). */
  undecided(attempt: Attempt): void;
}

/** How many wrong secrets are free, and how long the longest wait becomes. Waits begin at a second and double. */
interface Patience {
  readonly free: number;
  readonly longestWaitMs: number;
}

/** Few for a name: passwords can be guessed. */
const patienceWithName: Patience = { free: 10, longestWaitMs: 300_000 };
/** Many for an address, and short waits: behind one proxy all clients share it. */
const patienceWithAddress: Patience = { free: 100, longestWaitMs: 30_000 };
/** Whoever has been quiet for this long starts afresh. */
export const forgottenAfterMs = 900_000;
/** Whoever makes up names must not fill the memory; the oldest are forgotten first. */
const mostCounted = 20_000;

interface Count {
  failures: number;
  lastAtMs: number;
}

/** `slowed` is told once when waits begin for a name or an address. */
export function createGuessingBrake({
  monotonicMs,
  slowed,
}: {
  readonly monotonicMs: () => number;
  readonly slowed: (attempt: Attempt, by: 'name' | 'address') => void;
}): GuessingBrake {
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

  const waitMs = (key: string | undefined, { free, longestWaitMs }: Patience): number => {
    const count = key === undefined ? undefined : current(key);
    if (!count || count.failures < free) return 0;
    const wholeMs = Math.min(longestWaitMs, 1000 * 2 ** Math.min(30, count.failures - free));
    return count.lastAtMs + wholeMs - monotonicMs();
  };

  return {
    check(attempt) {
      const leftMs = Math.max(
        waitMs(nameKey(attempt), patienceWithName),
        waitMs(addressKey(attempt), patienceWithAddress),
      );
      if (leftMs > 0) {
        throw new ProblemError({ kind: 'rate-limited', retryAfterSeconds: Math.ceil(leftMs / 1000) });
      }
    },
    begin(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined && add(name, 1) === patienceWithName.free) slowed(attempt, 'name');
    },
    failed(attempt) {
      const address = addressKey(attempt);
      if (address !== undefined && add(address, 1) === patienceWithAddress.free) slowed(attempt, 'address');
    },
    proved(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined) counts.delete(name);
    },
    undecided(attempt) {
      const name = nameKey(attempt);
      if (name !== undefined) add(name, -1);
    },
  };
}

/** Name and address together: a stranger elsewhere cannot lock the rightful owner out. */
function nameKey({ dialect, name, address }: Attempt): string | undefined {
  return name === undefined ? undefined : JSON.stringify([dialect, name.slice(0, 256), address ?? null]);
}

function addressKey({ address }: Attempt): string | undefined {
  return address === undefined ? undefined : JSON.stringify([address]);
}
