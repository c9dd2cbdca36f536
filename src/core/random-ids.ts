import { randomBytes } from 'node:crypto';
import type { IdSource } from '../domain/index.ts';

const ID_BYTES = 16;
/** How many random bytes are drawn at once. Drawing 16 bytes costs nearly as much. */
const POOL_BYTES = 256 * ID_BYTES;

/** Ids of 128 random bits in hexadecimal. No byte of the pool is used twice. */
export function createRandomIds(): IdSource {
  let pool = randomBytes(POOL_BYTES);
  let at = 0;
  return {
    newId() {
      if (at === POOL_BYTES) {
        pool = randomBytes(POOL_BYTES);
        at = 0;
      }
      at += ID_BYTES;
      return pool.toString('hex', at - ID_BYTES, at);
    },
  };
}
