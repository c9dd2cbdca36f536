import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { hashArgon2id } from '../../../src/gateway/credentials/argon2id.ts';
import { createAuthenticator } from '../../../src/gateway/credentials/authenticator.ts';
import { createTokenIssuer } from '../../../src/gateway/credentials/token-issuer.ts';
import type { TenantSettings } from '../../../src/settings/settings.ts';
import { aDialect, aGateway, aHead, aTenant, expired, invalid, refusalOf } from './support.ts';

const header = 'X-CAP-API-OAUTH-TOKEN';
const capillary = aDialect(
  'capillary-v2',
  { kind: 'basic', passwordDigest: 'md5-hex' },
  { kind: 'issued-token', header },
);

function tenantWith(secret: string, more: Partial<TenantSettings> = {}): TenantSettings {
  const client = { kind: 'client', id: 'app', dialect: 'capillary-v2', scopes: ['write'] } as const;
  return {
    ...aTenant('demo', [{ ...client, key: 'client-key', secret: { plain: secret }, ttlSeconds: 300 }]),
    ...more,
  };
}

function withToken(token: string) {
  return aHead({ [header.toLowerCase()]: token });
}

describe('issued tokens', () => {
  it('issued tokens carry the claims that their dialect gives them and live for five minutes', async () => {
    const { issuer, clock } = aGateway([tenantWith('client-secret')]);
    const { accessToken, ttlSeconds } = await issuer.issue('capillary-v2', 'client-key', 'client-secret');
    const claims = decodeJwt(accessToken);
    const nowSeconds = Math.floor(clock.nowMs() / 1000);
    expect(ttlSeconds).toBe(300);
    expect(Object.keys(claims).sort()).toEqual(
      ['client_id', 'exp', 'iat', 'iss', 'jti', 'org_id', 'sub'].sort(),
    );
    expect(claims).toMatchObject({
      client_id: 'client-key',
      org_id: 'org of demo',
      iat: nowSeconds,
      exp: nowSeconds + 300,
    });
    expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
  });

  it('issued tokens are accepted by another process that shares the settings', async () => {
    const one = aGateway([tenantWith('client-secret')]);
    const another = aGateway([tenantWith('client-secret')]);
    const { accessToken } = await one.issuer.issue('capillary-v2', 'client-key', 'client-secret');
    await expect(another.authenticator.authenticate(capillary, withToken(accessToken))).resolves.toEqual({
      tenant: 'demo',
      dialect: 'capillary-v2',
      credentialId: 'app',
      scopes: ['write'],
    });
  });

  it('issued tokens expire', async () => {
    const { issuer, authenticator, clock } = aGateway([tenantWith('client-secret')]);
    const { accessToken } = await issuer.issue('capillary-v2', 'client-key', 'client-secret');
    clock.advance(299_000);
    await expect(authenticator.authenticate(capillary, withToken(accessToken))).resolves.toBeDefined();
    clock.advance(1000);
    await expect(refusalOf(authenticator.authenticate(capillary, withToken(accessToken)))).resolves.toEqual(
      expired,
    );
  });

  it('issued tokens are refused in another dialect, when altered, when signed elsewhere, and when their client is gone', async () => {
    const { issuer, authenticator } = aGateway([tenantWith('client-secret')]);
    const { accessToken } = await issuer.issue('capillary-v2', 'client-key', 'client-secret');
    const native = aDialect('native', { kind: 'issued-token', header });
    const altered = `${accessToken.slice(0, -4)}${accessToken.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    const elsewhere = aGateway([tenantWith('client-secret')], { secret: 'another secret' });
    const withoutClient = aGateway([aTenant('demo', [])]);
    const refusals = await Promise.all(
      [
        authenticator.authenticate(native, withToken(accessToken)),
        authenticator.authenticate(capillary, withToken(altered)),
        authenticator.authenticate(capillary, withToken('x')),
        elsewhere.authenticator.authenticate(capillary, withToken(accessToken)),
        withoutClient.authenticator.authenticate(capillary, withToken(accessToken)),
      ].map(refusalOf),
    );
    expect(refusals).toEqual([invalid, invalid, invalid, invalid, invalid]);
  });

  it('issued tokens survive a change of the signing key as long as the old one is still listed', async () => {
    const { inputs } = aGateway([tenantWith('client-secret')]);
    const oldKey = { id: 'old', secret: 'one' };
    const newKey = { id: 'new', secret: 'two' };
    const before = createTokenIssuer({ ...inputs, signingKeys: [oldKey] });
    const { accessToken } = await before.issue('capillary-v2', 'client-key', 'client-secret');
    const during = createAuthenticator({ ...inputs, signingKeys: [newKey, oldKey] });
    const after = createAuthenticator({ ...inputs, signingKeys: [newKey] });
    await expect(during.authenticate(capillary, withToken(accessToken))).resolves.toBeDefined();
    await expect(refusalOf(after.authenticate(capillary, withToken(accessToken)))).resolves.toEqual(invalid);
  });

  it.each([
    ['client-key', 'wrong'],
    ['nobody', 'client-secret'],
    ['', ''],
  ])('issued tokens are not given to %j with %j', async (key, secret) => {
    const { issuer } = aGateway([tenantWith('client-secret')]);
    await expect(refusalOf(issuer.issue('capillary-v2', key, secret))).resolves.toEqual(invalid);
  });

  it('issued tokens are given for a secret that is kept as an argon2id hash', async () => {
    const tenant = aTenant('demo', [
      {
        kind: 'client',
        id: 'app',
        dialect: 'capillary-v2',
        scopes: [],
        key: 'client-key',
        secret: { argon2id: await hashArgon2id('client-secret') },
        ttlSeconds: 60,
      },
    ]);
    const { issuer } = aGateway([tenant]);
    await expect(issuer.issue('capillary-v2', 'client-key', 'client-secret')).resolves.toMatchObject({
      ttlSeconds: 60,
    });
  });
});
