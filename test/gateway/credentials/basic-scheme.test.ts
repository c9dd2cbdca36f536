import { describe, expect, it } from '@jest/globals';
import { hashArgon2id } from '../../../src/gateway/credentials/argon2id.ts';
import { encodeForWire, sha256Hex } from '../../../src/gateway/credentials/secret-digest.ts';
import type { SecretSettings } from '../../../src/settings/settings.ts';
import { aDialect, aGateway, aHead, aTenant, basic, invalid, missing, refusalOf } from './support.ts';

const capillary = aDialect('capillary-v2', { kind: 'basic', passwordDigest: 'md5-hex' });
const plainBasic = aDialect('plain', { kind: 'basic', passwordDigest: 'none' });
/** The vector of wire/capillary-v2.md: `store.server` / `server123`. */
const vector = 'Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3';

function user(secret: SecretSettings, id = 'till', dialect = 'capillary-v2') {
  return { kind: 'basic', id, dialect, scopes: ['all'], username: 'store.server', secret } as const;
}

describe('basic', () => {
  it.each([
    ['plain', async () => ({ plain: 'server123' })],
    ['sha256', async () => ({ sha256: sha256Hex(encodeForWire('server123', 'md5-hex')) })],
    ['argon2id', async () => ({ argon2id: await hashArgon2id(encodeForWire('server123', 'md5-hex')) })],
  ])(
    'the basic scheme takes the vector of the wire contract with the secret kept as %s',
    async (_form, secret) => {
      const { authenticator } = aGateway([aTenant('demo', [user(await secret())])]);
      await expect(authenticator.authenticate(capillary, aHead({ authorization: vector }))).resolves.toEqual({
        tenant: 'demo',
        dialect: 'capillary-v2',
        credentialId: 'till',
        scopes: ['all'],
      });
    },
  );

  it('the basic scheme accepts the MD5 of the password in capitals', async () => {
    const { authenticator } = aGateway([aTenant('demo', [user({ plain: 'server123' })])]);
    const authorization = basic('store.server', encodeForWire('server123', 'md5-hex').toUpperCase());
    await expect(authenticator.authenticate(capillary, aHead({ authorization }))).resolves.toMatchObject({
      credentialId: 'till',
    });
  });

  it.each([
    ['the password itself where its MD5 is due', basic('store.server', 'server123')],
    ['another password', basic('store.server', encodeForWire('server124', 'md5-hex'))],
    ['an unknown name', basic('store.servant', encodeForWire('server123', 'md5-hex'))],
    ['no colon', `Basic ${Buffer.from('store.server').toString('base64')}`],
    ['no base64', 'Basic ***'],
    ['an empty pair', basic('', '')],
  ])('the basic scheme refuses %s', async (_what, authorization) => {
    const { authenticator } = aGateway([aTenant('demo', [user({ plain: 'server123' })])]);
    await expect(refusalOf(authenticator.authenticate(capillary, aHead({ authorization })))).resolves.toEqual(
      invalid,
    );
  });

  it.each([{}, { authorization: 'Bearer abc' }, { authorization: '' }, { authorization: 'Basic' }])(
    'the basic scheme finds nothing in %j',
    async (headers) => {
      const { authenticator } = aGateway([aTenant('demo', [user({ plain: 'server123' })])]);
      await expect(refusalOf(authenticator.authenticate(capillary, aHead({ ...headers })))).resolves.toEqual(
        missing,
      );
    },
  );

  it('the basic scheme keeps two passwords of one name valid at once while they rotate', async () => {
    const tenant = aTenant('demo', [
      user({ argon2id: await hashArgon2id('old') }, 'till-old', 'plain'),
      user({ argon2id: await hashArgon2id('new') }, 'till-new', 'plain'),
    ]);
    const { authenticator } = aGateway([tenant]);
    const asked = ['old', 'new'].map((password) =>
      authenticator.authenticate(plainBasic, aHead({ authorization: basic('store.server', password) })),
    );
    expect((await Promise.all(asked)).map(({ credentialId }) => credentialId)).toEqual([
      'till-old',
      'till-new',
    ]);
  });

  it('the basic scheme keeps colons and letters beyond ASCII in a password', async () => {
    const { authenticator } = aGateway([aTenant('demo', [user({ plain: 'a:ß:c' }, 'till', 'plain')])]);
    await expect(
      authenticator.authenticate(plainBasic, aHead({ authorization: basic('store.server', 'a:ß:c') })),
    ).resolves.toMatchObject({ tenant: 'demo' });
  });

  it('the basic scheme does not take the credential of one dialect in another', async () => {
    const { authenticator } = aGateway([aTenant('demo', [user({ plain: 'x' }, 'till', 'plain')])]);
    const head = aHead({ authorization: basic('store.server', encodeForWire('x', 'md5-hex')) });
    await expect(refusalOf(authenticator.authenticate(capillary, head))).resolves.toEqual(invalid);
  });
});
