/** Who is calling, as far as the credential proves it. */
export interface Principal {
  readonly tenant: string;
  readonly dialect: string;
  /** A short name of the credential for logs and rate limits; never the secret. */
  readonly credentialId: string;
  readonly scopes: readonly string[];
  /** The caller's own id in this dialect, where the credential belongs to a person. */
  readonly subject?: string;
}
