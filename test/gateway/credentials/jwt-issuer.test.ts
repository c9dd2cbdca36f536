import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CredentialOf } from '../../../src/gateway/credentials/credential-book.ts';
import { type Oauth2Server, startOauth2Server } from './oauth2-server.ts';
import { aClock, aDialect, aGateway, aHead, aTenant, expired, invalid, refusalOf } from './support.ts';

const smartsheet = aDialect('smartsheet', { kind: 'bearer' });
let server: Oauth2Server;

beforeAll(async () => {
  server = await startOauth2Server();
});
afterAll(() => server.stop());

function credential(audience = 'urn:pictures'): CredentialOf<'jwt-issuer'> {
  return {
    kind: 'jwt-issuer',
    id: 'login',
    dialect: 'smartsheet',
    scopes: ['WRITE_SHEETS', 'READ_USERS'],
    issuer: server.issuer,
    audience,
    jwksUri: server.jwksUri,
    algorithms: ['RS256'],
  };
}

function ask(
  token: string,
  { clock = aClock(Date.now()), tenants = [aTenant('demo', [credential()])] } = {},
): Promise<unknown> {
  const { authenticator } = aGateway(tenants, { clock });
  return authenticator
    .authenticate(smartsheet, aHead({ authorization: `Bearer ${token}` }))
    .catch((error: { problem?: unknown }) => error.problem ?? error);
}

describe('access tokens of an OAuth2 server', () => {
  it('access tokens of an OAuth2 server name the person, with the scopes that both the person and the settings grant', async () => {
    const token = await server.accessToken(
      '48569348493401200',
      ['WRITE_SHEETS', 'ADMIN_USERS'],
      'urn:pictures',
    );
    await expect(ask(token)).resolves.toEqual({
      tenant: 'demo',
      dialect: 'smartsheet',
      credentialId: expect.stringMatching(/^login~[0-9a-f]{12}$/),
      scopes: ['WRITE_SHEETS'],
      subject: '48569348493401200',
    });
  });

  it('access tokens of an OAuth2 server grant nothing where they name no scope', async () => {
    const token = await server.accessToken('jane', [], 'urn:pictures');
    await expect(ask(token)).resolves.toMatchObject({ scopes: [] });
  });

  it('access tokens of an OAuth2 server expire', async () => {
    const token = await server.accessToken('jane', ['WRITE_SHEETS'], 'urn:pictures');
    await expect(ask(token, { clock: aClock(Date.now() + 70_000) })).resolves.toEqual(expired);
  });

  it('access tokens of an OAuth2 server are for one audience alone, which tells the tenants apart', async () => {
    const tenants = [
      aTenant('demo', [credential('urn:pictures')]),
      aTenant('other', [credential('urn:other')]),
    ];
    const [mine, theirs, elsewhere] = await Promise.all(
      ['urn:pictures', 'urn:other', 'urn:mail'].map((audience) =>
        server.accessToken('jane', ['WRITE_SHEETS'], audience),
      ),
    );
    await expect(ask(mine ?? '', { tenants })).resolves.toMatchObject({ tenant: 'demo' });
    await expect(ask(theirs ?? '', { tenants })).resolves.toMatchObject({ tenant: 'other' });
    await expect(ask(elsewhere ?? '', { tenants })).resolves.toEqual(invalid);
  });

  it('access tokens of an OAuth2 server are refused when they are forged: altered, of a stranger’s key, or signed with the public key as a secret', async () => {
    const token = await server.accessToken('jane', ['WRITE_SHEETS'], 'urn:pictures');
    const [head, , signature] = token.split('.');
    const claims = { sub: 'admin', aud: 'urn:pictures', iss: server.issuer, exp: Date.now() / 1000 + 60 };
    const altered = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    const { privateKey } = await generateKeyPair('RS256');
    const strangers = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);
    const published = await (await fetch(server.jwksUri)).text();
    const confused = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(published));
    for (const forged of [altered, await strangers, await confused]) {
      await expect(ask(forged)).resolves.toEqual(invalid);
    }
  });

  it('access tokens of an OAuth2 server of an unknown issuer are refused without a request to any server', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await new SignJWT({ sub: 'x', iss: 'https://evil.invalid', aud: 'urn:pictures' })
      .setProtectedHeader({ alg: 'RS256', jku: 'https://evil.invalid/jwks' })
      .sign(privateKey);
    await expect(ask(token)).resolves.toEqual(invalid);
  });
});

describe('the published keys', () => {
  it('the published keys are all tried where several fit a token without a key id', async () => {
    const pairs = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    const keys = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
    const host = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { port } = host.address() as AddressInfo;
    const jwksUri = `http://127.0.0.1:${port}/`;
    const tenants = [aTenant('demo', [{ ...credential(), jwksUri, algorithms: ['ES256'] }])];
    const stranger = await generateKeyPair('ES256');
    const answers = await Promise.all(
      [...pairs, stranger].map(async ({ privateKey }) => {
        const token = await new SignJWT({ sub: 'jane', aud: 'urn:pictures', iss: server.issuer })
          .setProtectedHeader({ alg: 'ES256' })
          .setExpirationTime('1m')
          .sign(privateKey);
        return ask(token, { tenants });
      }),
    );
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
    expect(answers).toEqual([
      expect.objectContaining({ subject: 'jane' }),
      expect.objectContaining({ subject: 'jane' }),
      invalid,
    ]);
  });

  it('the published keys that cannot be had are the upstream’s fault, not the caller’s', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const token = await server.accessToken('jane', [], 'urn:pictures');
    const { authenticator, log } = aGateway(
      [aTenant('demo', [{ ...credential(), jwksUri: `http://127.0.0.1:${port}/jwks` }])],
      { clock: aClock(Date.now()) },
    );
    const head = aHead({ authorization: `Bearer ${token}` });
    await expect(refusalOf(authenticator.authenticate(smartsheet, head))).resolves.toEqual({
      kind: 'upstream-unavailable',
    });
    expect(log.lines).toEqual([
      JSON.stringify({
        issuer: server.issuer,
        message: 'the keys of a token issuer cannot be fetched',
      }),
    ]);
  });
});
