import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

/** Remembers for a while what was proved, without remembering the secret. */
export interface ProofMemory {
  /** A name for the parts that cannot be turned back into them, nor be made in another process. */
  nameOf(...parts: readonly string[]): string;
  has(name: string): boolean;
  add(name: string): void;
}

/**
 * `monotonicMs`: a clock that only rises and never stands still. Holds at most `maxEntries` and drops the
 * oldest first.
 */
export function createProofMemory({
  ttlMs,
  maxEntries,
  monotonicMs,
}: {
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly monotonicMs: () => number;
}): ProofMemory {
  // As bytes it would be made a key of anew for each name: 13 µs instead of 2.
  const key = createSecretKey(randomBytes(32));
  const provedAtMs = new Map<string, number>();
  return {
    nameOf: (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64'),
    has(name) {
      const atMs = provedAtMs.get(name);
      if (atMs === undefined) return false;
      if (monotonicMs() - atMs < ttlMs) return true;
      provedAtMs.delete(name);
      return false;
    },
    add(name) {
      provedAtMs.delete(name);
      provedAtMs.set(name, monotonicMs());
      const [oldest] = provedAtMs.keys();
      if (provedAtMs.size > maxEntries && oldest !== undefined) provedAtMs.delete(oldest);
    },
  };
}
