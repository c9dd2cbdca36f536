/** Notices whether the backend accepts the gateway's own credential. */
export interface CredentialWatch {
  /** The backend has answered a request that carried it; `refused`: with 401 or 403. */
  heard(refused: boolean, subjectId: string | undefined): void;
}

/**
 * Warns at the first refusal, and at the first one after each acceptance: one warning for an expired
 * credential, not one for each request. A credential for each subject may be good for one and refused for
 * another, so the warning names the subject.
 */
export function createCredentialWatch(parts: {
  /** Tenant and dialect. */
  readonly name: string;
  readonly kind: string;
  readonly warn: (message: string, cause: unknown) => void;
  readonly onRefused?: () => void;
}): CredentialWatch {
  let wasRefused = false;
  return {
    heard(refused, subjectId) {
      if (refused) parts.onRefused?.();
      if (refused && !wasRefused) {
        const whose = subjectId === undefined ? '' : ` for ${subjectId}`;
        parts.warn(
          `the backend of ${parts.name} refuses the gateway's own credential (${parts.kind})${whose}; polyface migrate preflight tries it`,
          undefined,
        );
      }
      wasRefused = refused;
    },
  };
}
