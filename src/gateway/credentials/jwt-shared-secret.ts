import type { JWTVerifyOptions } from 'jose';
import type { Clock } from '../../domain/index.ts';
import type { JwtCheck } from './bearer-scheme.ts';
import type { CredentialBook } from './credential-book.ts';
import { isJwtExpiry, isJwtFault } from './jwt-fault.ts';
import { claimedIssuer, jwtPrincipal } from './jwt-principal.ts';
import { unauthenticated } from './refusal.ts';
import { verifyJwt } from './verify-jwt.ts';

/** JWTs signed with HS256 and a secret that the settings hold. `exp` and the caller's claim are required. */
export function createSharedSecretJwtCheck({
  book,
  clock,
}: {
  readonly book: CredentialBook;
  readonly clock: Clock;
}): JwtCheck {
  return async (dialect, token, subjectClaim) => {
    const owners = book.sharedSecretJwts(dialect);
    if (owners.length === 0) return undefined;
    const stated = claimedIssuer(token);
    let expired = false;
    for (const owned of owners) {
      const { secret, issuer, audience, scopes } = owned.credential;
      if (issuer !== undefined && issuer !== stated) continue;
      const options: JWTVerifyOptions = {
        algorithms: ['HS256'],
        requiredClaims: ['exp', subjectClaim],
        currentDate: new Date(clock.nowMs()),
        ...(issuer === undefined ? {} : { issuer }),
        ...(audience === undefined ? {} : { audience }),
      };
      try {
        const claims = await verifyJwt(token, new TextEncoder().encode(secret), options);
        return jwtPrincipal(owned, claims, { subjectClaim, scopesWithout: scopes });
      } catch (error) {
        if (!isJwtFault(error)) throw error;
        expired ||= isJwtExpiry(error);
      }
    }
    if (expired) throw unauthenticated('expired');
    return undefined;
  };
}
