import type { Principal } from '../../domain/index.ts';
import type { CredentialBook } from './credential-book.ts';
import type { Caller } from './found-credential.ts';
import type { PasswordCheck } from './password-check.ts';
import { principalOf, principalOfStored } from './principal-of.ts';
import { unauthenticated } from './refusal.ts';
import { looksStoredName, namedDigest, storedCredentialId } from './stored-credential.ts';
import type { StoredCredentialLookup } from './stored-credential-lookup.ts';

/** A client that may exchange its key and secret for tokens. */
export interface AuthenticatedClient {
  readonly principal: Principal;
  /** Finds the client again from a token's `sub`. Not a secret. */
  readonly handle: string;
  readonly ttlSeconds: number;
}

/** Checks clients, and finds the client of an issued token. */
export interface ClientCheck {
  /** Throws `ProblemError` `unauthenticated`. */
  authenticate(dialect: string, key: string, secret: string, caller: Caller): Promise<AuthenticatedClient>;
  /** `undefined`: the client is gone, and its tokens with it. */
  find(dialect: string, handle: string): Promise<Principal | undefined>;
}

/** As the vendors of such endpoints document it. */
const usualTtlSeconds = 300;

/** Clients of the settings have the handle `<tenant>/<id>`, stored ones their digest. */
export function createClientCheck({
  book,
  passwords,
  stored,
}: {
  readonly book: CredentialBook;
  readonly passwords: PasswordCheck;
  readonly stored: StoredCredentialLookup;
}): ClientCheck {
  return {
    async authenticate(dialect, key, secret, caller) {
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
        name: key,
        caller,
        dummyHash: book.costlyHash(dialect, 'client'),
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
  };
}
