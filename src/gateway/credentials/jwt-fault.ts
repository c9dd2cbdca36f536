import { errorCode } from '../../failures/error-code.ts';

/** Faults of fetching an issuer's keys rather than of the token. */
const fetchFaults = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'];

/** Whether jose blames the token, and not the network or this program. */
export function isJwtFault(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && /^ERR_J(OSE|W)/.test(code) && !fetchFaults.includes(code);
}

/** Whether the token was good once. jose looks at the time only after the signature. */
export function isJwtExpiry(error: unknown): boolean {
  return errorCode(error) === 'ERR_JWT_EXPIRED';
}

/** Whether several published keys fit the token, which then has to be tried with each. */
export function isAmbiguousKey(error: unknown): error is AsyncIterable<CryptoKey> {
  return errorCode(error) === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS';
}
