/**
 * Tells where a dialect carries its credential, not whether it is valid. The gateway tries the schemes in
 * order; the first that finds a credential decides.
 */
export type CredentialScheme =
  /**
   * `Authorization: Basic base64(user:password)`. `passwordDigest: 'md5-hex'`: the password on the wire is
   * the hex MD5 of the real one (Capillary).
   */
  | { readonly kind: 'basic'; readonly passwordDigest: 'none' | 'md5-hex' }
  /** A random key in a header of its own. */
  | { readonly kind: 'header-key'; readonly header: string }
  /**
   * `Authorization: Bearer …`: opaque tokens, JWTs by issuer, or JWTs with a shared secret, as the settings
   * provide.
   */
  | {
      readonly kind: 'bearer';
      /** The claim that names the caller in this dialect; default `sub`. */
      readonly subjectClaim?: string;
    }
  /** A token that this gateway issued (`issue-token`), bare in a header. */
  | { readonly kind: 'issued-token'; readonly header: string };

/** Who may call an operation. */
export interface Access {
  /** `public`: no credential is asked for. */
  readonly kind: 'public' | 'credential';
  /** Scopes that the credential must all have. */
  readonly scopes?: readonly string[];
  /**
   * Scopes needed as well when the subject is not the caller's own, and when the credential belongs to no
   * person. Checked for the subject of the head and for that of the command, which may be known from the body
   * alone. Absent: any subject of the tenant.
   */
  readonly scopesForOthers?: readonly string[];
}
