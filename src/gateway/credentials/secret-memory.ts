import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

/** Remembers for a while which secrets were checked, without remembering the secrets themselves. */
export interface SecretMemory {
  /** A name for the parts that cannot be turned back into them, nor be made in another process. */
  nameOf(...parts: readonly string[]): string;
  has(name: string): boolean;
  add(name: string): void;
}

/**
 * `monotonicMs`: a clock that only rises and never stands still. Holds at most `maxEntries` and drops the
 * oldest first.
 */
export function createSecretMemory({
  ttlMs,
  maxEntries,
  monotonicMs,
}: {
  readonly ttlMs: number;
  readonly maxEntries: number;
  readonly monotonicMs: () => number;
}): SecretMemory {
  // A key object. From plain bytes, Node would make a key object for each name, which takes 13 µs instead of 2.
  const key = createSecretKey(randomBytes(32));
  const addedAtMs = new Map<string, number>();
  return {
    nameOf: (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64'),
    has(name) {
      const atMs = addedAtMs.get(name);
      if (atMs === undefined) return false;
      if (monotonicMs() - atMs < ttlMs) return true;
      addedAtMs.delete(name);
      return false;
    },
    add(name) {
      addedAtMs.delete(name);
      addedAtMs.set(name, monotonicMs());
      const [oldest] = addedAtMs.keys();
      if (addedAtMs.size > maxEntries && oldest !== undefined) addedAtMs.delete(oldest);
    },
  };
}
