import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import pino from 'pino';
import { createAuthenticator } from '../../../src/gateway/credentials/authenticator.ts';
import { createTokenIssuer } from '../../../src/gateway/credentials/token-issuer.ts';
import { aDialect, aGateway, aHead, aTenant, basic } from './support.ts';

const everything = aDialect(
  'all',
  { kind: 'header-key', header: 'x-api-key' },
  { kind: 'issued-token', header: 'x-token' },
  { kind: 'basic', passwordDigest: 'none' },
  { kind: 'bearer' },
);
const shared = { dialect: 'all', scopes: [] } as const;
const tenant = aTenant('demo', [
  { ...shared, kind: 'basic', id: 'u', username: 'till', secret: { plain: 'hush-password' } },
  { ...shared, kind: 'key', id: 'k', secret: { plain: 'hush-key' } },
  { ...shared, kind: 'client', id: 'c', key: 'app', secret: { plain: 'hush-client' }, ttlSeconds: 9 },
  { ...shared, kind: 'jwt-secret', id: 'j', secret: 'hush-jwt-secret' },
]);

describe('what was presented', () => {
  it('a presented credential never reaches the log, not even through the errors that are thrown', async () => {
    const written: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) });
    const { inputs } = aGateway([tenant]);
    const authenticator = createAuthenticator({ ...inputs, log });
    const issuer = createTokenIssuer({ ...inputs, log });
    const token = await new SignJWT({ sub: 'hush-person', exp: 1 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('hush-jwt-secret'));
    const { accessToken } = await issuer.issue('all', 'app', 'hush-client');
    const presented = (round: number) => [
      { 'x-api-key': 'hush-key' },
      { 'x-api-key': `hush-wrong-key-${round}` },
      { 'x-token': accessToken },
      { 'x-token': `${accessToken}x` },
      { authorization: basic('till', 'hush-password') },
      { authorization: basic('hush-name', `hush-wrong-${round}`) },
      { authorization: 'Basic hush' },
      { authorization: `Bearer ${token}` },
      { authorization: `Bearer ${token}x` },
      { authorization: 'Bearer hush' },
    ];
    for (let round = 0; round < 30; round += 1) {
      for (const headers of presented(round)) {
        await authenticator
          .authenticate(everything, aHead({ ...headers }), '192.0.2.1')
          .catch((error: unknown) => log.error({ err: error }, 'refused'));
      }
      await issuer
        .issue('all', 'hush-client-name', `hush-wrong-${round}`)
        .catch((error: unknown) => log.error({ err: error }, 'refused'));
    }
    const text = written.join('');
    const [slowed, hushed] = ['further attempts have to wait', 'hush'].map((word) => text.includes(word));
    expect({ slowed, hushed }).toEqual({ slowed: true, hushed: false });
    for (const secret of [token, accessToken, btoa('till:hush-password')]) {
      for (const piece of secret.split('.')) expect(text.includes(piece)).toBe(false);
    }
  });
});
