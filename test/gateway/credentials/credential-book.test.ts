import { describe, expect, it } from '@jest/globals';
import { createCredentialBook } from '../../../src/gateway/credentials/credential-book.ts';
import type { CredentialSettings } from '../../../src/settings/settings.ts';
import { aTenant } from './support.ts';

const shared = { dialect: 'd', scopes: [] } as const;
const key = { ...shared, kind: 'key', id: 'k', secret: { plain: 'very-secret' } } as const;
const user = {
  ...shared,
  kind: 'basic',
  id: 'u',
  username: 'till',
  secret: { plain: 'very-secret' },
} as const;
const client = {
  ...shared,
  kind: 'client',
  id: 'c',
  key: 'app',
  secret: { plain: 'very-secret' },
  ttlSeconds: 9,
} as const;
const secretJwt = { ...shared, kind: 'jwt-secret', id: 's', secret: 'very-secret' } as const;
const issuerJwt = {
  ...shared,
  kind: 'jwt-issuer',
  id: 'i',
  issuer: 'https://id.example',
  audience: 'pictures',
  jwksUri: 'https://id.example/jwks',
  algorithms: ['RS256'],
} as const;

function refusalFor(...tenants: readonly (readonly CredentialSettings[])[]): string {
  try {
    createCredentialBook(tenants.map((credentials, index) => aTenant(`t${index}`, credentials)));
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the credentials of the settings', () => {
  it.each([
    ['key', key],
    ['basic', user],
    ['client', client],
    ['jwt-secret', secretJwt],
    ['jwt-issuer', issuerJwt],
  ])(
    'the credentials of the settings may not give one %s to two tenants, since it alone tells whose request it is',
    (_kind, credential) => {
      const message = refusalFor([credential], [{ ...credential, id: 'again' }]);
      expect(message).toContain(`tenant t1, credential again (d, ${credential.kind}): it is the same as`);
      expect(message).not.toContain('very-secret');
    },
  );

  it('the credentials of the settings see through the form in which a key is kept', () => {
    const sha256 = '9a6b12aa56afe22ec1a5ab4be9f78a0a7d6c1b2b15f5ef5a9a3d5a5ac4a1e2d0';
    expect(
      refusalFor([{ ...key, secret: { sha256 } }], [{ ...key, secret: { sha256: sha256.toUpperCase() } }]),
    ).toContain('the same');
  });

  it('the credentials of the settings may repeat in another dialect, and a user may have two passwords', () => {
    expect(refusalFor([key, user, { ...user, id: 'u2' }], [{ ...key, dialect: 'e' }])).toBe('accepted');
  });

  it('the credentials of the settings may share a secret or an issuer where issuer and audience tell the tenants apart', () => {
    const by = (audience: string) => ({ ...secretJwt, issuer: 'a', audience });
    expect(refusalFor([by('one')], [by('two')])).toBe('accepted');
    expect(refusalFor([by('one')], [secretJwt])).toContain('the same');
    expect(refusalFor([issuerJwt], [{ ...issuerJwt, audience: 'other' }])).toBe('accepted');
  });

  it.each<[string, CredentialSettings]>([
    ['another credential of the tenant and dialect has the same id', { ...user, id: 'k' }],
    ['sha256 is 64 hex digits', { ...key, id: 'x', secret: { sha256: 'abc' } }],
    ['a key is found by its sha256', { ...key, id: 'x', secret: { argon2id: '$argon2id$…' } }],
    ['its argon2id hash cannot be read', { ...user, secret: { argon2id: '$argon2i$v=19$m=1,t=1,p=1$a$b' } }],
    [
      'its argon2id hash cannot be read',
      {
        ...user,
        secret: {
          argon2id:
            '$argon2id$v=19$m=9999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        },
      },
    ],
    ['algorithms are asymmetric ones', { ...issuerJwt, algorithms: ['HS256'] }],
    ['algorithms are asymmetric ones', { ...issuerJwt, algorithms: ['none'] }],
    ['algorithms are asymmetric ones', { ...issuerJwt, algorithms: [] }],
    ['jwksUri is an https address', { ...issuerJwt, jwksUri: 'http://id.example/jwks' }],
    ['jwksUri is an https address', { ...issuerJwt, jwksUri: 'file:///etc/passwd' }],
  ])('the credentials of the settings are refused at start: %s', (reason, credential) => {
    expect(refusalFor([key, credential])).toContain(reason);
  });
});
