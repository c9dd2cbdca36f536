import { createHash, randomBytes } from 'node:crypto';
import type { IdSource } from '../domain/index.ts';

/** Ids that follow from a seed, in order. Without a seed they cannot be guessed. `restart` begins again. */
export function createSeededIds(seed: string | undefined): IdSource & { restart(): void } {
  let count = 0;
  return {
    restart() {
      count = 0;
    },
    newId() {
      if (seed === undefined) return randomBytes(16).toString('hex');
      count += 1;
      return createHash('sha256').update(`${seed} ${count}`).digest('hex').slice(0, 32);
    },
  };
}
