import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Subject } from '../../domain/index.ts';
import type { BackendCredential } from '../../settings/migration-settings.ts';

/** The headers with which the gateway proves itself to a backend on behalf of a subject. */
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
      const token = await new SignJWT({ [claim]: subjectId })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime(`${ttlSeconds} s`)
        .sign(new TextEncoder().encode(secret));
      return { Authorization: `Bearer ${token}` };
    }
  }
}

/** The subject's id in the dialect that the backend speaks; one that is known by a single alias has it everywhere. */
export function aliasIn(dialect: string, { aliases, id }: Subject): string {
  const all = Object.values(aliases);
  return aliases[dialect] ?? (all.length === 1 ? all[0] : undefined) ?? id;
}

/** Headers that carry a client's credential in any of the dialects, in lower case. */
export const CREDENTIAL_HEADERS = [
  'authorization',
  'x-api-key',
  'x-cap-api-oauth-token',
  'cookie',
  'assume-user',
] as const;
