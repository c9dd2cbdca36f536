import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import type { CredentialSettings } from '../../../src/settings/settings.ts';
import {
  aClock,
  aDialect,
  aGateway,
  aHead,
  aTenant,
  expired,
  invalid,
  missing,
  refusalOf,
} from './support.ts';

const timbu = aDialect('timbu', { kind: 'bearer', subjectClaim: 'user_id' });
const nowSeconds = aClock().nowMs() / 1000;

function sharedCredential(secret: string, more: Partial<CredentialSettings> = {}): CredentialSettings {
  return {
    kind: 'jwt-secret',
    id: 'jwt',
    dialect: 'timbu',
    scopes: ['own'],
    secret,
    ...more,
  } as CredentialSettings;
}

const demo = aTenant('demo', [
  {
    kind: 'key',
    id: 'john',
    dialect: 'timbu',
    scopes: [],
    subject: 'user123',
    secret: { plain: 'demo-timbu-token' },
  },
  sharedCredential('demo-timbu-secret'),
]);

function jwt(claims: Record<string, unknown>, secret = 'demo-timbu-secret', alg = 'HS256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret.padEnd(0)));
}

function unsignedToken(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

const good = { user_id: 'ada', exp: nowSeconds + 60 };

async function answer(tokenText: string): Promise<unknown> {
  const { authenticator } = aGateway([demo]);
  const head = aHead({ authorization: `Bearer ${tokenText}` });
  return authenticator.authenticate(timbu, head).catch((error: { problem: unknown }) => error.problem);
}

describe('a bearer token', () => {
  it('a bearer token may be an opaque one of the settings, in any case of the word Bearer', async () => {
    const { authenticator } = aGateway([demo]);
    const head = aHead({ authorization: 'bearer demo-timbu-token' });
    await expect(authenticator.authenticate(timbu, head)).resolves.toEqual({
      tenant: 'demo',
      dialect: 'timbu',
      credentialId: 'john',
      scopes: [],
      subject: 'user123',
    });
  });

  it('a bearer token may be a JWT with the shared secret, whose claim names the caller', async () => {
    await expect(answer(await jwt(good))).resolves.toEqual({
      tenant: 'demo',
      dialect: 'timbu',
      credentialId: expect.stringMatching(/^jwt~[0-9a-f]{12}$/),
      scopes: ['own'],
      subject: 'ada',
    });
  });

  it('a bearer token takes a number for the caller as its digits', async () => {
    await expect(answer(await jwt({ ...good, user_id: 42 }))).resolves.toMatchObject({ subject: '42' });
  });

  it('a bearer token never grants a scope that only the token names', async () => {
    const token = await jwt({ ...good, scope: 'own admin' });
    await expect(answer(token)).resolves.toMatchObject({ scopes: ['own'] });
    await expect(answer(await jwt({ ...good, scope: '' }))).resolves.toMatchObject({ scopes: [] });
  });

  it('a bearer token has expired when its time is over, and only then', async () => {
    await expect(answer(await jwt({ ...good, exp: nowSeconds - 1 }))).resolves.toEqual(expired);
    await expect(answer(await jwt({ ...good, exp: nowSeconds - 1 }, 'a stranger'))).resolves.toEqual(invalid);
  });

  it.each([
    ['of another secret', () => jwt(good, 'a stranger')],
    ['of a stronger algorithm than agreed', () => jwt(good, 'demo-timbu-secret'.padEnd(64, '-'), 'HS512')],
    ['without a signature', async () => `${unsignedToken(good)}AA`],
    ['with an empty signature', async () => unsignedToken(good)],
    ['without an expiry', () => jwt({ user_id: 'ada' })],
    ['without the caller', () => jwt({ sub: 'ada', exp: good.exp })],
    ['with an empty caller', () => jwt({ ...good, user_id: '' })],
    ['with a list for the caller', () => jwt({ ...good, user_id: ['ada'] })],
    ['that is valid later', () => jwt({ ...good, nbf: nowSeconds + 30 })],
    ['of three words that are no JSON', async () => 'aa.bb.cc'],
    ['with more after a comma', async () => `${await jwt(good)}, x`],
  ])('a bearer token is refused when it is one %s', async (_what, token) => {
    await expect(answer(await token())).resolves.toEqual(invalid);
  });

  it.each([{}, { authorization: 'Bearer' }, { authorization: 'Basic YTpi' }])(
    'a bearer token is missing in %j',
    async (headers) => {
      const { authenticator } = aGateway([demo]);
      await expect(refusalOf(authenticator.authenticate(timbu, aHead({ ...headers })))).resolves.toEqual(
        missing,
      );
    },
  );

  it('a bearer token belongs to the tenant whose secret signed it, and two secrets of a tenant are valid at once', async () => {
    const { authenticator } = aGateway([
      aTenant('demo', [sharedCredential('one'), sharedCredential('two', { id: 'jwt-new' })]),
      aTenant('other', [sharedCredential('three')]),
    ]);
    const tenants = await Promise.all(
      ['one', 'two', 'three'].map(async (secret) => {
        const head = aHead({ authorization: `Bearer ${await jwt(good, secret)}` });
        const { tenant, credentialId } = await authenticator.authenticate(timbu, head);
        return `${tenant}/${credentialId.split('~')[0]}`;
      }),
    );
    expect(tenants).toEqual(['demo/jwt', 'demo/jwt-new', 'other/jwt']);
  });

  it('a bearer token is held to issuer and audience where the settings name them', async () => {
    const { authenticator } = aGateway([
      aTenant('demo', [sharedCredential('one', { issuer: 'https://id.example', audience: 'pictures' })]),
    ]);
    const ask = async (claims: object): Promise<unknown> => {
      const head = aHead({ authorization: `Bearer ${await jwt({ ...good, ...claims }, 'one')}` });
      return authenticator.authenticate(timbu, head).then(
        ({ tenant }) => tenant,
        (error: { problem: unknown }) => error.problem,
      );
    };
    await expect(ask({ iss: 'https://id.example', aud: 'pictures' })).resolves.toBe('demo');
    await expect(ask({ iss: 'https://id.example', aud: 'mail' })).resolves.toEqual(invalid);
    await expect(ask({ iss: 'https://else.example', aud: 'pictures' })).resolves.toEqual(invalid);
    await expect(ask({})).resolves.toEqual(invalid);
  });
});
