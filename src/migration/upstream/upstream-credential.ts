import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { ProblemError } from '../../domain/index.ts';
import type { BackendCredential } from '../../settings/migration-settings.ts';

/**
 * The headers with which the gateway authenticates to a backend on behalf of a subject. Throws `ProblemError`
 * `subject-not-found` where the credential names the subject and there is none.
 */
export async function credentialHeaders(
  credential: BackendCredential | undefined,
  subjectId: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  switch (credential?.kind) {
    case undefined:
      return {};
    case 'header':
      return { [credential.name]: credential.value };
    case 'bearer':
      return { Authorization: `Bearer ${credential.token}` };
    case 'basic': {
      const { username, password, passwordDigest } = credential;
      const proof =
        passwordDigest === 'md5-hex' ? createHash('md5').update(password).digest('hex') : password;
      return { Authorization: `Basic ${Buffer.from(`${username}:${proof}`).toString('base64')}` };
    }
    case 'subject-jwt': {
      const { secret, claim, ttlSeconds } = credential;
      if (subjectId === undefined) throw new ProblemError({ kind: 'subject-not-found' });
      const token = await new SignJWT({ [claim]: subjectId })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds} s`)
        .sign(new TextEncoder().encode(secret));
      return { Authorization: `Bearer ${token}` };
    }
  }
}

/** Headers that carry a client's credential in any of the dialects, in lower case. */
export const CREDENTIAL_HEADERS = [
  'authorization',
  'x-api-key',
  'x-cap-api-oauth-token',
  'cookie',
  'assume-user',
] as const;
