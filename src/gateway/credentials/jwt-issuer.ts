import { createRemoteJWKSet, type JWTPayload, type JWTVerifyOptions, type RemoteJWKSet } from 'jose';
import { type Clock, ProblemError } from '../../domain/index.ts';
import type { JwtCheck } from './bearer-scheme.ts';
import type { CredentialBook, CredentialOf } from './credential-book.ts';
import type { CredentialLog } from './credential-log.ts';
import { isAmbiguousKey, isJwtExpiry, isJwtFault } from './jwt-fault.ts';
import { claimedIssuer, jwtPrincipal } from './jwt-principal.ts';
import { unauthenticated } from './refusal.ts';
import { verifyJwt } from './verify-jwt.ts';

/** How much the clocks of two servers may differ. */
const clockToleranceSeconds = 5;
/** An issuer that does not answer must not hold a request for long. */
const fetchTimeoutMs = 3000;

/**
 * JWTs of OAuth2 servers (RFC 9068), verified by the keys that the servers publish. The keys are fetched when
 * first needed, and again for an unknown key id at most every 30 seconds. Issuer, audience and algorithms
 * must always match the settings. Throws `ProblemError` `upstream-unavailable` when the keys cannot be
 * fetched.
 */
export function createIssuerJwtCheck({
  book,
  clock,
  log,
}: {
  readonly book: CredentialBook;
  readonly clock: Clock;
  readonly log: CredentialLog;
}): JwtCheck {
  const keySets = new Map<string, RemoteJWKSet>();
  const keySetOf = (jwksUri: string): RemoteJWKSet => {
    const known = keySets.get(jwksUri);
    if (known) return known;
    const made = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: fetchTimeoutMs });
    keySets.set(jwksUri, made);
    return made;
  };

  return async (dialect, token, subjectClaim) => {
    const stated = claimedIssuer(token);
    const owners = book.issuerJwts(dialect).filter(({ credential }) => credential.issuer === stated);
    let expired = false;
    for (const owned of owners) {
      try {
        const claims = await verifyToken(token, keySetOf(owned.credential.jwksUri), {
          ...verification(owned.credential),
          currentDate: new Date(clock.nowMs()),
        });
        return jwtPrincipal(owned, claims, { subjectClaim, scopesWithout: [] });
      } catch (error) {
        if (error instanceof ProblemError) throw error;
        if (!isJwtFault(error)) {
          log.warn({ issuer: owned.credential.issuer }, 'the keys of a token issuer cannot be fetched');
          throw new ProblemError({ kind: 'upstream-unavailable' }, { cause: error });
        }
        expired ||= isJwtExpiry(error);
      }
    }
    if (expired) throw unauthenticated('expired');
    return undefined;
  };
}

function verification({ issuer, audience, algorithms }: CredentialOf<'jwt-issuer'>): JWTVerifyOptions {
  return {
    issuer,
    audience,
    algorithms: [...algorithms],
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceSeconds,
  };
}

async function verifyToken(
  token: string,
  keys: RemoteJWKSet,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return await verifyJwt(token, keys, options);
  } catch (error) {
    if (!isAmbiguousKey(error)) throw error;
    return verifyWithOneOf(token, error, options);
  }
}

async function verifyWithOneOf(
  token: string,
  candidates: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let fault: unknown;
  for await (const key of candidates) {
    try {
      return await verifyJwt(token, key, options);
    } catch (error) {
      if (!isJwtFault(error)) throw error;
      if (!isJwtExpiry(fault)) fault = error;
    }
  }
  throw fault;
}
