/** Longest key, in characters. */
export const MAX_KEY_LENGTH = 512;

const KEY =
  /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?(?:\/[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?)*$/;
const PREFIX = /^(?:[A-Za-z0-9_-][A-Za-z0-9._/-]*)?$/;

/**
 * Gives the key back, or throws a `RangeError`: a driver makes paths and addresses only from such keys. A
 * segment neither begins nor ends with a dot. That rules out hidden files, `..`, and names that Azure strips.
 */
export function requireKey(key: string): string {
  if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) throw new RangeError('not a key of the store');
  return key;
}

/** The same for the start of a key. */
export function requirePrefix(prefix: string): string {
  if (prefix.length > MAX_KEY_LENGTH || !PREFIX.test(prefix)) {
    throw new RangeError('not the start of a key of the store');
  }
  return prefix;
}
