import { decodeJwt, type JWTPayload } from 'jose';
import type { Principal } from '../../domain/index.ts';
import type { Owned } from './credential-book.ts';
import { principalOf } from './principal-of.ts';
import { unauthenticated } from './refusal.ts';
import { sha256Hex } from './secret-digest.ts';

/**
 * The principal for the claims of a verified token. The token's own scopes are reduced to those that the
 * settings grant. `scopesWithout`: the scopes of a token that carries none. Each person has a credential id
 * of their own, so that they do not share one rate. It is a digest, because the id is in the log. Throws
 * `unauthenticated` when the claim that names the caller is missing.
 */
export function jwtPrincipal(
  owned: Owned,
  claims: JWTPayload,
  {
    subjectClaim,
    scopesWithout,
  }: { readonly subjectClaim: string; readonly scopesWithout: readonly string[] },
): Principal {
  const subject = subjectOf(claims[subjectClaim]);
  if (subject === undefined) throw unauthenticated('invalid');
  const granted = tokenScopes(claims);
  return {
    ...principalOf(owned),
    credentialId: `${owned.credential.id}~${sha256Hex(subject).slice(0, 12)}`,
    scopes: granted ? owned.credential.scopes.filter((scope) => granted.includes(scope)) : scopesWithout,
    subject,
  };
}

/**
 * The issuer that a token claims, before anything is verified. Throws `unauthenticated` for a text that is
 * not a JWT.
 */
export function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw unauthenticated('invalid');
  }
}

function subjectOf(claim: unknown): string | undefined {
  if (typeof claim === 'string' && claim !== '') return claim;
  return Number.isSafeInteger(claim) ? String(claim) : undefined;
}

/**
 * `scope` as in RFC 9068, a text with spaces; `scp` is what some servers send instead, as a text or a list.
 */
function tokenScopes({ scope, scp }: JWTPayload): readonly string[] | undefined {
  const stated = scope ?? scp;
  if (typeof stated === 'string') return stated.split(' ');
  return Array.isArray(stated) ? stated.filter((one) => typeof one === 'string') : undefined;
}
