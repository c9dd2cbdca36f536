import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a text's UTF-8 bytes. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/**
 * Lower-case hex SHA-256: how random keys are stored and found. Enough for 256 random bits, never for a
 * password.
 */
export function sha256Hex(text: string): string {
  return sha256(text).toString('hex');
}

/** Compares digests in constant time, so that the time does not tell where they differ. */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}

/** Converts a password as a scheme does before it sends it. */
export function encodeForWire(password: string, passwordDigest: 'none' | 'md5-hex'): string {
  return passwordDigest === 'none' ? password : createHash('md5').update(password, 'utf8').digest('hex');
}
