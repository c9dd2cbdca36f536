import type { CredentialScheme, Dialect, Principal, WireRequestHead } from '../../domain/index.ts';
import { createAttemptGuard } from './attempt-guard.ts';
import { createBasicScheme } from './basic-scheme.ts';
import { createBearerScheme } from './bearer-scheme.ts';
import { type CredentialInputs, createCredentialParts } from './credential-parts.ts';
import type { ReaderOf, SchemeReader } from './found-credential.ts';
import { createHeaderKeyScheme } from './header-key-scheme.ts';
import { createIssuedTokenScheme } from './issued-token-scheme.ts';
import { createIssuerJwtCheck } from './jwt-issuer.ts';
import { createSharedSecretJwtCheck } from './jwt-shared-secret.ts';
import { createKeyCheck } from './key-check.ts';
import { unauthenticated } from './refusal.ts';

/** Finds out who calls. */
export interface Authenticator {
  /**
   * Tries the dialect's schemes in order; the first that finds a credential decides. `address`: where the
   * request comes from, so that guessing is slowed per address. Throws `ProblemError`: `unauthenticated`;
   * `rate-limited` after many wrong secrets; `overloaded` when too many passwords wait to be checked;
   * `upstream-unavailable` when an issuer's keys cannot be fetched. Failures of the store are `StoreError`s.
   */
  authenticate(
    loaded: { readonly dialect: Pick<Dialect, 'name' | 'credentials'> },
    head: WireRequestHead,
    address?: string,
  ): Promise<Principal>;
}

/** Throws a plain `Error` for credentials that cannot work or that two tenants would share. */
export function createAuthenticator(inputs: CredentialInputs): Authenticator {
  const { book, stored, passwords, clients, tokens, throttle, recent, wrong } = createCredentialParts(inputs);
  const keyCheck = createKeyCheck({ book, stored });
  const jwtChecks = [
    createSharedSecretJwtCheck({ book, ...inputs }),
    createIssuerJwtCheck({ book, ...inputs }),
  ];
  const readers: { readonly [K in CredentialScheme['kind']]: ReaderOf<K> } = {
    basic: createBasicScheme({ book, passwords, stored }),
    'header-key': createHeaderKeyScheme(keyCheck),
    bearer: createBearerScheme({ keyCheck, jwtChecks }),
    'issued-token': createIssuedTokenScheme({ tokens, clients }),
  };
  const guarded = createAttemptGuard<Principal>({ throttle, recent, wrong });

  return {
    async authenticate({ dialect }, head, address) {
      for (const scheme of dialect.credentials) {
        const read = readers[scheme.kind] as SchemeReader;
        const presented = read(scheme, dialect.name, head);
        if (!presented) continue;
        const { name, secret } = presented;
        return guarded(
          {
            dialect: dialect.name,
            secret,
            ...(name === undefined ? {} : { name }),
            ...(address === undefined ? {} : { address }),
          },
          (caller) => presented.authenticate(caller),
        );
      }
      throw unauthenticated('missing');
    },
  };
}
