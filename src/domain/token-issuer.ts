/** Exchanges client keys for short-lived access tokens (Capillary's `/v3/oauth/token/generate`). */
export interface TokenIssuer {
  /** Throws `ProblemError` `unauthenticated` (`invalid`) for an unknown pair. */
  issue(
    dialect: string,
    key: string,
    secret: string,
  ): Promise<{ readonly accessToken: string; readonly ttlSeconds: number }>;
}
