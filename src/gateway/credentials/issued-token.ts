import { hkdfSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock, JsonObject } from '../../domain/index.ts';
import { isJwtExpiry, isJwtFault } from './jwt-fault.ts';
import { unauthenticated } from './refusal.ts';
import { verifyJwt } from './verify-jwt.ts';

/** A secret that all gateways of one installation hold. The first of a list signs, all of them verify. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/** The client's claims in a token. */
export interface IssuedClaims {
  readonly dialect: string;
  readonly handle: string;
  /** The dialect's own claims about the client. */
  readonly claims: JsonObject;
}

/** Signs and reads the tokens that this gateway issues. */
export interface IssuedTokens {
  sign(claims: IssuedClaims, ttlSeconds: number): Promise<string>;
  /**
   * The handle of the client; throws `ProblemError` `unauthenticated`, for another dialect's token as well.
   */
  verify(dialect: string, token: string): Promise<string>;
}

/**
 * JWTs (HS256) with `iss`, `exp`, `jti`, `iat`, `sub` and the dialect's own claims. The key is derived, so
 * that no token can pass for a download ticket made with the same secret. Throws a plain `Error` without
 * keys.
 */
export function createIssuedTokens({
  signingKeys,
  clock,
}: {
  readonly signingKeys: readonly SigningKey[];
  readonly clock: Clock;
}): IssuedTokens {
  const keys = new Map(signingKeys.map(({ id, secret }) => [id, derivedKey(secret)]));
  const [newest] = keys;
  if (!newest) throw new Error('issued tokens need a signing key');
  const [newestId, newestKey] = newest;
  return {
    sign({ dialect, handle, claims }, ttlSeconds) {
      const issuedAtSeconds = Math.floor(clock.nowMs() / 1000);
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: newestId })
        .setIssuer(issuerOf(dialect))
        .setSubject(handle)
        .setJti(randomUUID())
        .setIssuedAt(issuedAtSeconds)
        .setExpirationTime(issuedAtSeconds + ttlSeconds)
        .sign(newestKey);
    },

    async verify(dialect, token) {
      try {
        const claims = await verifyJwt(token, ({ kid }) => keys.get(kid ?? '') ?? refuse(), {
          algorithms: ['HS256'],
          issuer: issuerOf(dialect),
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(clock.nowMs()),
        });
        return claims.sub ?? refuse();
      } catch (error) {
        if (isJwtFault(error)) throw unauthenticated(isJwtExpiry(error) ? 'expired' : 'invalid');
        throw error;
      }
    },
  };
}

function derivedKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'polyface issued token', 32));
}

function issuerOf(dialect: string): string {
  return `polyface/${dialect}`;
}

function refuse(): never {
  throw unauthenticated('invalid');
}
