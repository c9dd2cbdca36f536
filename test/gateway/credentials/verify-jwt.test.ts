import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyJwt } from '../../../src/gateway/credentials/verify-jwt.ts';
import { aDialect, aGateway, aHead, aTenant, invalid, refusalOf } from './support.ts';

const SECRET = 'a secret of thirty-two characters';

/** A signed token whose claims are this very text: JSON that no serialiser would write. */
function tokenOf(claims: string): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const signed = `${encode('{"alg":"HS256"}')}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

/** Instants that are none, or that no clock will ever show. */
const NO_INSTANTS = [
  '1e999',
  '1e300',
  '8640000000001',
  '-1',
  '-1e999',
  '"1e999"',
  '"NaN"',
  'null',
  'true',
  '[]',
  '{}',
];

describe('a token', () => {
  const verify = (claims: string) =>
    verifyJwt(tokenOf(claims), new TextEncoder().encode(SECRET), {
      algorithms: ['HS256'],
      requiredClaims: ['exp'],
    });

  it('a token is good with instants that are some, fractions of seconds included', async () => {
    await expect(verify(`{"exp":${IN_AN_HOUR}.5,"nbf":0,"iat":1}`)).resolves.toMatchObject({ iat: 1 });
  });

  it.each(NO_INSTANTS)('a token is refused where it expires at %s', async (instant) => {
    await expect(verify(`{"exp":${instant}}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_JWT_(EXPIRED|CLAIM_VALIDATION_FAILED)$/),
    });
  });

  it.each(NO_INSTANTS)(
    'a token is refused where it is good from %s on, or was issued then',
    async (instant) => {
      for (const claim of ['nbf', 'iat']) {
        await expect(verify(`{"exp":${IN_AN_HOUR},"${claim}":${instant}}`)).rejects.toMatchObject({
          code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
        });
      }
    },
  );
});

it('a token that never expires is refused', async () => {
  const timbu = aDialect('timbu', { kind: 'bearer', subjectClaim: 'user_id' });
  const { authenticator } = aGateway([
    aTenant('demo', [{ kind: 'jwt-secret', id: 'jwt', dialect: 'timbu', scopes: [], secret: SECRET }]),
  ]);
  const head = aHead({ authorization: `Bearer ${tokenOf('{"user_id":"ada","exp":1e999}')}` });
  expect(await refusalOf(authenticator.authenticate(timbu, head))).toEqual(invalid);
});
