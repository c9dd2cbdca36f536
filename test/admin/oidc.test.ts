import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AdminSettings } from '../../src/settings/admin-settings.ts';
import { type Oauth2Server, startOauth2Server } from '../gateway/credentials/oauth2-server.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const AUDIENCE = 'urn:polyface-admin';

let provider: Oauth2Server;
let admin: AdminGateway;

function withAuth(auth: AdminSettings['auth']) {
  return startAdminGateway((demo) => {
    if (!demo.admin) throw new Error('the demo has an admin port');
    return { ...demo, admin: { ...demo.admin, auth } };
  });
}

function oidc(at: Pick<Oauth2Server, 'issuer' | 'jwksUri'>): AdminSettings['auth'] {
  return {
    oidc: {
      issuer: at.issuer,
      jwksUri: at.jwksUri,
      audience: AUDIENCE,
      algorithms: ['RS256'],
      roleClaim: 'scope',
      roles: { READ_USERS: 'read', WRITE_SHEETS: 'operate', ADMIN_USERS: 'admin' },
    },
  };
}

beforeAll(async () => {
  provider = await startOauth2Server();
  admin = await withAuth(oidc(provider));
});
afterAll(async () => {
  await admin.gateway.stop();
  await provider.stop();
});

describe('an operator with a token of an OpenID provider', () => {
  it.each([
    [['READ_USERS'], 'read'],
    [['READ_USERS', 'ADMIN_USERS'], 'admin'],
  ])(
    'an operator whose OpenID token has the scopes %j gets the role %s, and is named by the token’s subject',
    async (scopes, role) => {
      const token = await provider.accessToken('ada', scopes, AUDIENCE);
      const { status, body } = await admin.call('GET', '/session', { token });
      expect([status, body]).toEqual([200, expect.objectContaining({ name: 'oidc:ada', role })]);
    },
  );

  it('an operator with a token of an OpenID provider may do what the role says and no more, and the audit log names the subject', async () => {
    const reader = await provider.accessToken('eve', ['READ_USERS'], AUDIENCE);
    expect((await admin.call('POST', '/jobs', { token: reader, body: { kind: 'fsck' } })).status).toBe(403);
    const operator = await provider.accessToken('olga', ['WRITE_SHEETS'], AUDIENCE);
    const key = { tenant: 'demo', dialect: 'timbu' };
    expect((await admin.call('POST', '/keys', { token: operator, body: key })).status).toBe(403);
    expect((await admin.call('DELETE', '/keys/demo', { token: operator })).status).toBe(404);
    const { body } = await admin.call('GET', '/audit?limit=1', { token: reader });
    expect(body).toMatchObject({ items: [{ actor: 'oidc:olga', action: 'keys.revoke', result: 'refused' }] });
  });

  it.each([
    ['for another audience', 'urn:something-else', ['ADMIN_USERS']],
    ['without a scope that means a role', AUDIENCE, []],
  ])('%s is refused', async (_what, audience, scopes) => {
    const token = await provider.accessToken('ada', scopes, audience);
    expect((await admin.call('GET', '/session', { token })).status).toBe(401);
  });

  it('an operator with a token of an OpenID provider whose signature was altered is refused', async () => {
    const token = await provider.accessToken('ada', ['ADMIN_USERS'], AUDIENCE);
    const altered = token.slice(0, -8) + (token.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA');
    expect((await admin.call('GET', '/session', { token: altered })).status).toBe(401);
  });

  it('an operator with a token of an OpenID provider is told to come back while the keys of the provider cannot be fetched', async () => {
    const gone = await startOauth2Server();
    const other = await withAuth(oidc(gone));
    const token = await gone.accessToken('ada', ['ADMIN_USERS'], AUDIENCE);
    await gone.stop();
    const { status, headers } = await other.call('GET', '/session', { token });
    await other.gateway.stop();
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  });
});

describe('an operator whom a proxy vouches for', () => {
  const forwardAuth = (proxies: [string, ...string[]]): AdminSettings['auth'] => ({
    forwardAuth: {
      proxies,
      userHeader: 'X-Forwarded-User',
      roleHeader: 'X-Forwarded-Groups',
      roles: { admins: 'admin', staff: 'read' },
    },
  });
  const headers = { 'x-forwarded-user': 'ada', 'x-forwarded-groups': 'staff, admins' };

  it('an operator whom a proxy vouches for is believed from the address of that proxy', async () => {
    const trusting = await withAuth(forwardAuth(['127.0.0.0/8']));
    const { status, body } = await trusting.call('GET', '/session', { headers });
    await trusting.gateway.stop();
    expect([status, body]).toEqual([200, expect.objectContaining({ name: 'proxy:ada', role: 'admin' })]);
  });

  it('an operator whom a proxy vouches for is not believed from any other address', async () => {
    const wary = await withAuth(forwardAuth(['10.0.0.0/8']));
    const { status } = await wary.call('GET', '/session', { headers });
    await wary.gateway.stop();
    expect(status).toBe(401);
  });
});
