import type { CredentialScheme } from '../../domain/index.ts';
import type { StoredCredential } from './stored-credential.ts';

/** The kind of credential to make, and how its bearer sends the password. */
export interface KeyKind {
  readonly kind: StoredCredential['kind'];
  readonly passwordDigest: 'none' | 'md5-hex';
}

const kindByScheme = {
  basic: 'basic',
  'header-key': 'key',
  bearer: 'key',
  'issued-token': 'client',
} satisfies Record<CredentialScheme['kind'], StoredCredential['kind']>;

/** The kinds of keys that can be made for the schemes, the usual one first. */
export function keyKindsOf(schemes: readonly CredentialScheme[]): readonly StoredCredential['kind'][] {
  return [...new Set(schemes.map((scheme) => kindByScheme[scheme.kind]))];
}

/** The wanted kind, or the first that the schemes can carry. Throws a plain `Error` that lists the kinds. */
export function keyKindFor(schemes: readonly CredentialScheme[], wanted: string | undefined): KeyKind {
  const kinds = keyKindsOf(schemes);
  const kind = wanted === undefined ? kinds[0] : kinds.find((one) => one === wanted);
  if (kind === undefined) throw new Error(`the dialect takes credentials of kind ${kinds.join(', ')}`);
  const basic = schemes.find((scheme) => scheme.kind === 'basic');
  return { kind, passwordDigest: kind === 'basic' && basic ? basic.passwordDigest : 'none' };
}
