import type { Principal } from '../../domain/index.ts';
import type { CredentialBook } from './credential-book.ts';
import { principalOf, principalOfStored } from './principal-of.ts';
import { sha256Hex } from './secret-digest.ts';
import { looksStored, storedCredentialId } from './stored-credential.ts';
import type { StoredCredentialLookup } from './stored-credential-lookup.ts';

/** Finds the owner of a random key or opaque token. */
export type KeyCheck = (dialect: string, presented: string) => Promise<Principal | undefined>;

/**
 * Keys are looked up by their SHA-256. How far a guess's digest agrees with a stored one tells nothing about
 * the key, so the look-up need not take constant time.
 */
export function createKeyCheck(parts: {
  readonly book: CredentialBook;
  readonly stored: StoredCredentialLookup;
}): KeyCheck {
  return async (dialect, presented) => {
    const digest = sha256Hex(presented);
    const configured = parts.book.key(dialect, digest);
    if (configured) return principalOf(configured);
    // Guesses need no look-up in the store, unless keys without our prefix were imported.
    if (!looksStored(presented) && !(await parts.stored.hasImported())) return undefined;
    const credential = await parts.stored.find('key', dialect, digest);
    return credential && principalOfStored(credential, storedCredentialId(digest));
  };
}
