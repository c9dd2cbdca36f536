import { errorCode } from '../../temporary-files/error-code.ts';

/** Faults in fetching an issuer's keys, not in the token. */
const fetchFaults = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

/** Whether jose blames the token, and not the network or this program. */
export function isJwtFault(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && /^ERR_J(OSE|W)/.test(code) && !fetchFaults.includes(code);
}

/** Whether the token is only expired. jose checks the time after the signature. */
export function isJwtExpiry(error: unknown): boolean {
  return errorCode(error) === 'ERR_JWT_EXPIRED';
}

/** Whether several published keys fit the token. Then each of them has to be tried. */
export function isAmbiguousKey(error: unknown): error is AsyncIterable<CryptoKey> {
  return errorCode(error) === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS';
}
