import type { JsonObject, TokenIssuer } from '../../domain/index.ts';
import { createAttemptGuard } from './attempt-guard.ts';
import type { AuthenticatedClient } from './client-check.ts';
import { type CredentialInputs, createCredentialParts } from './credential-parts.ts';

/** The claims that a dialect gives a client's tokens. */
export type ClaimsOf = (client: {
  readonly dialect: string;
  readonly tenant: string;
  readonly key: string;
}) => JsonObject;

/**
 * Exchanges client keys and secrets for JWTs that every gateway with the same settings accepts. Guesses are
 * slowed down for each client key. Throws a plain `Error` for settings that cannot work.
 */
export function createTokenIssuer(inputs: CredentialInputs & { readonly claimsOf?: ClaimsOf }): TokenIssuer {
  const { clients, tokens, throttle, recent, wrong } = createCredentialParts(inputs);
  const guarded = createAttemptGuard<AuthenticatedClient>({ throttle, recent, wrong });
  return {
    async issue(dialect, key, secret) {
      const { principal, handle, ttlSeconds } = await guarded({ dialect, name: key, secret }, (caller) =>
        clients.authenticate(dialect, key, secret, caller),
      );
      const claims = inputs.claimsOf?.({ dialect, tenant: principal.tenant, key }) ?? {};
      const accessToken = await tokens.sign({ dialect, handle, claims }, ttlSeconds);
      return { accessToken, ttlSeconds };
    },
  };
}
