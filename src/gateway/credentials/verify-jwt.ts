import {
  type CryptoKey,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';

/** Claims that are seconds since 1970. */
const INSTANTS = ['exp', 'nbf', 'iat'] as const;

/** The last second that a date can hold. */
const LAST_SECOND = 8_640_000_000_000;

/**
 * The claims of a token with a valid signature and valid claims. It also refuses instants that are not
 * finite, which jose accepts: JSON reads `1e999` as infinity, and such a token would never expire. Throws
 * jose's errors.
 */
export async function verifyJwt(
  token: string,
  key: CryptoKey | Uint8Array | JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const { payload } =
    typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
  for (const claim of INSTANTS) {
    const seconds: unknown = payload[claim];
    if (seconds !== undefined && !isInstant(seconds)) {
      throw new errors.JWTClaimValidationFailed(`"${claim}" is no instant`, payload, claim, 'check_failed');
    }
  }
  return payload;
}

function isInstant(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds >= 0 && seconds <= LAST_SECOND;
}
