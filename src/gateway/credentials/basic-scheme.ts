import type { CredentialBook } from './credential-book.ts';
import type { FoundCredential, ReaderOf } from './found-credential.ts';
import type { PasswordCheck } from './password-check.ts';
import { principalOf, principalOfStored } from './principal-of.ts';
import { unauthenticated } from './refusal.ts';
import { looksStoredName, namedDigest, storedCredentialId } from './stored-credential.ts';
import type { StoredCredentialLookup } from './stored-credential-lookup.ts';

/** `Authorization: Basic …` (RFC 7617), UTF-8. Another scheme in that header counts as none. */
export function createBasicScheme(parts: {
  readonly book: CredentialBook;
  readonly passwords: PasswordCheck;
  readonly stored: StoredCredentialLookup;
}): ReaderOf<'basic'> {
  return ({ passwordDigest }, dialect, head) => {
    const [, encoded] = /^basic(?: +(\S.*)?)?$/i.exec(head.headers['authorization'] ?? '') ?? [];
    if (encoded === undefined) return undefined;
    const pair = decodePair(encoded);
    if (!pair) return { secret: encoded, authenticate: () => Promise.reject(unauthenticated('invalid')) };
    const { username } = pair;
    const password = passwordDigest === 'md5-hex' ? inLowerCase(pair.password) : pair.password;
    return {
      name: username,
      secret: password,
      async authenticate(caller) {
        if (looksStoredName(username)) {
          const digest = namedDigest(username, password);
          const credential = await parts.stored.find('basic', dialect, digest);
          if (credential) return principalOfStored(credential, storedCredentialId(digest));
        }
        const found = await parts.passwords.find(parts.book.users(dialect, username), password, {
          passwordDigest,
          name: username,
          caller,
          dummyHash: parts.book.costlyHash(dialect, 'basic'),
        });
        if (!found) throw unauthenticated('invalid');
        return principalOf(found);
      },
    } satisfies FoundCredential;
  };
}

/** A digest in capitals is made lower-case. Any other text stays as it is. */
function inLowerCase(digest: string): string {
  return /^[0-9a-f]{32}$/i.test(digest) ? digest.toLowerCase() : digest;
}

function decodePair(encoded: string): { readonly username: string; readonly password: string } | undefined {
  const token = encoded.trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
