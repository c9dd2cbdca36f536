import type { TokenIssuer } from '../../domain/index.ts';
import type { ProvedClient } from './client-check.ts';
import { type CredentialInputs, createCredentialParts } from './credential-parts.ts';
import { createProofGuard } from './proof-guard.ts';

/**
 * Exchanges client keys and secrets for JWTs that every gateway with the same settings accepts. Throws a plain `Error` for settings that
 * cannot work. Guessing is slowed per client key.
 */
export function createTokenIssuer(inputs: CredentialInputs): TokenIssuer {
  const { clients, tokens, brake, recent, wrong } = createCredentialParts(inputs);
  const guarded = createProofGuard<ProvedClient>({ brake, recent, wrong });
  return {
    async issue(dialect, key, secret) {
      const { principal, handle, ttlSeconds } = await guarded({ dialect, name: key, secret }, () =>
        clients.prove(dialect, key, secret),
      );
      const organisationId = clients.organisationOf(principal);
      const accessToken = await tokens.sign({ dialect, handle, clientId: key, organisationId }, ttlSeconds);
      return { accessToken, ttlSeconds };
    },
  };
}
