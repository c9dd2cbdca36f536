import type { Principal } from '../../domain/index.ts';
import type { TenantSettings } from '../../settings/settings.ts';
import type { CredentialBook } from './credential-book.ts';
import type { PasswordCheck } from './password-check.ts';
import { principalOf, principalOfStored } from './principal-of.ts';
import { unauthenticated } from './refusal.ts';
import { looksStoredName, namedDigest, storedCredentialId } from './stored-credential.ts';
import type { StoredCredentialLookup } from './stored-credential-lookup.ts';

/** A client that may exchange its key and secret for tokens. */
export interface ProvedClient {
  readonly principal: Principal;
  /** Finds the client again: what a token's `sub` says. No secret. */
  readonly handle: string;
  readonly ttlSeconds: number;
}

/** Proves clients, and finds them again behind the tokens that they got. */
export interface ClientCheck {
  /** Throws `ProblemError` `unauthenticated`. */
  prove(dialect: string, key: string, secret: string): Promise<ProvedClient>;
  /** `undefined`: the client is gone, and its tokens with it. */
  find(dialect: string, handle: string): Promise<Principal | undefined>;
  /** The organisation's id as the dialect's clients know it: the option `orgId`, else the tenant's id. */
  organisationOf(principal: Principal): string;
}

/** As the vendors of such endpoints document it. */
const usualTtlSeconds = 300;

/** Clients of the settings have the handle `<tenant>/<id>`, stored ones their digest. */
export function createClientCheck({
  tenants,
  book,
  passwords,
  stored,
}: {
  readonly tenants: readonly TenantSettings[];
  readonly book: CredentialBook;
  readonly passwords: PasswordCheck;
  readonly stored: StoredCredentialLookup;
}): ClientCheck {
  return {
    async prove(dialect, key, secret) {
      if (looksStoredName(key)) {
        const digest = namedDigest(key, secret);
        const credential = await stored.find('client', dialect, digest);
        if (credential) {
          const principal = principalOfStored(credential, storedCredentialId(digest));
          return { principal, handle: digest, ttlSeconds: usualTtlSeconds };
        }
      }
      const found = await passwords.find(book.clients(dialect, key), secret, {
        passwordDigest: 'none',
        decoy: book.costlyHash(dialect, 'client'),
      });
      if (!found) throw unauthenticated('invalid');
      const { id, ttlSeconds } = found.credential;
      return { principal: principalOf(found), handle: `${found.tenant}/${id}`, ttlSeconds };
    },

    async find(dialect, handle) {
      if (/^[0-9a-f]{64}$/.test(handle)) {
        const credential = await stored.find('client', dialect, handle);
        return credential && principalOfStored(credential, storedCredentialId(handle));
      }
      const slash = handle.indexOf('/');
      const found = book.client(dialect, handle.slice(0, slash), handle.slice(slash + 1));
      return found && principalOf(found);
    },

    organisationOf({ tenant, dialect }) {
      const orgId = tenants.find(({ id }) => id === tenant)?.dialects[dialect]?.options['orgId'];
      return typeof orgId === 'string' || typeof orgId === 'number' ? String(orgId) : tenant;
    },
  };
}
