import { describe, expect, it } from '@jest/globals';
import { encodeForWire, sha256Hex } from '../../../src/gateway/credentials/secret-digest.ts';
import {
  type CredentialOrder,
  createStoredCredentials,
} from '../../../src/gateway/credentials/stored-credentials.ts';
import { createMemoryRecords } from '../../../src/store/memory/memory-records.ts';
import { aDialect, aGateway, aHead, aTenant, basic, expired, invalid, refusalOf } from './support.ts';

const v1 = aDialect('magicline-v1', { kind: 'header-key', header: 'x-api-key' });
const timbu = aDialect('timbu', { kind: 'bearer', subjectClaim: 'user_id' });
const capillary = aDialect(
  'capillary-v2',
  { kind: 'basic', passwordDigest: 'md5-hex' },
  { kind: 'issued-token', header: 'x-cap-api-oauth-token' },
);
const keyOrder: CredentialOrder = {
  kind: 'key',
  tenant: 'demo',
  dialect: 'magicline-v1',
  scopes: ['CUSTOMER_WRITE'],
};

function aKeyring() {
  const gateway = aGateway([aTenant('demo', []), aTenant('other', [])]);
  return { ...gateway, keys: createStoredCredentials(gateway) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('stored credentials', () => {
  it('stored credentials work at once as a key in a header, several at a time', async () => {
    const { authenticator, keys } = aKeyring();
    const made = [await keys.create(keyOrder), await keys.create({ ...keyOrder, subject: '1001' })];
    const principals = await Promise.all(
      made.map(({ secret }) => authenticator.authenticate(v1, aHead({ 'x-api-key': secret }))),
    );
    expect(principals).toEqual([
      { tenant: 'demo', dialect: 'magicline-v1', credentialId: made[0]?.id, scopes: ['CUSTOMER_WRITE'] },
      {
        tenant: 'demo',
        dialect: 'magicline-v1',
        credentialId: made[1]?.id,
        scopes: ['CUSTOMER_WRITE'],
        subject: '1001',
      },
    ]);
  });

  it('a stored credential is looked up again after the store has shown nothing for a moment', async () => {
    const records = createMemoryRecords();
    let isAway = false;
    const gateway = aGateway([aTenant('demo', [])], {
      records: { ...records, read: async (key) => (isAway ? undefined : records.read(key)) },
    });
    const keys = createStoredCredentials(gateway);
    const { credential, secret } = await keys.create({
      ...keyOrder,
      kind: 'basic',
      dialect: 'capillary-v2',
      passwordDigest: 'md5-hex',
    });
    const name = credential.name ?? '';
    const password = encodeForWire(secret, 'md5-hex');
    const login = () =>
      refusalOf(
        gateway.authenticator.authenticate(capillary, aHead({ authorization: basic(name, password) })),
      );
    isAway = true;
    await expect(login()).resolves.toEqual(invalid);
    isAway = false;
    gateway.clock.advance(1000);
    await expect(login()).resolves.toBe('no refusal');
  });

  it('stored credentials work as a bearer token', async () => {
    const { authenticator, keys } = aKeyring();
    const { secret } = await keys.create({ ...keyOrder, dialect: 'timbu', subject: 'ada' });
    await expect(
      authenticator.authenticate(timbu, aHead({ authorization: `Bearer ${secret}` })),
    ).resolves.toMatchObject({ subject: 'ada' });
  });

  it('stored credentials work as a name and a password that travels as MD5', async () => {
    const { authenticator, keys } = aKeyring();
    const { credential, secret } = await keys.create({
      ...keyOrder,
      kind: 'basic',
      dialect: 'capillary-v2',
      passwordDigest: 'md5-hex',
    });
    const name = credential.name ?? '';
    const good = aHead({ authorization: basic(name, encodeForWire(secret, 'md5-hex')) });
    await expect(authenticator.authenticate(capillary, good)).resolves.toMatchObject({ tenant: 'demo' });
    const bad = aHead({ authorization: basic(name, encodeForWire('else', 'md5-hex')) });
    await expect(refusalOf(authenticator.authenticate(capillary, bad))).resolves.toEqual(invalid);
  });

  it('stored credentials work as a client whose tokens end with it', async () => {
    const { authenticator, issuer, keys, clock } = aKeyring();
    const { id, credential, secret } = await keys.create({
      ...keyOrder,
      kind: 'client',
      dialect: 'capillary-v2',
    });
    const { accessToken } = await issuer.issue('capillary-v2', credential.name ?? '', secret);
    const head = aHead({ 'x-cap-api-oauth-token': accessToken });
    await expect(authenticator.authenticate(capillary, head)).resolves.toMatchObject({ credentialId: id });
    await keys.revoke(id);
    clock.advance(2000);
    await expect(refusalOf(authenticator.authenticate(capillary, head))).resolves.toEqual(invalid);
  });

  it('stored credentials stop working within two seconds of their revocation, without a restart', async () => {
    const { authenticator, keys, clock } = aKeyring();
    const [leaving, staying] = [await keys.create(keyOrder), await keys.create(keyOrder)];
    const ask = (secret: string): Promise<unknown> =>
      refusalOf(authenticator.authenticate(v1, aHead({ 'x-api-key': secret })));
    await expect(ask(leaving.secret)).resolves.toBe('no refusal');
    await expect(keys.revoke(leaving.id)).resolves.toBe('revoked');
    clock.advance(2000);
    await expect(ask(leaving.secret)).resolves.toEqual(invalid);
    await expect(ask(staying.secret)).resolves.toBe('no refusal');
    await expect(keys.revoke(leaving.id)).resolves.toBe('unknown');
  });

  it('stored credentials expire', async () => {
    const { authenticator, keys, clock } = aKeyring();
    const { secret } = await keys.create({ ...keyOrder, expiresAtMs: clock.nowMs() + 60_000 });
    const ask = (): Promise<unknown> =>
      refusalOf(authenticator.authenticate(v1, aHead({ 'x-api-key': secret })));
    await expect(ask()).resolves.toBe('no refusal');
    clock.advance(60_000);
    await expect(ask()).resolves.toEqual(expired);
  });

  it('stored credentials are good for their own dialect and kind alone, and only while the settings name their tenant', async () => {
    const { authenticator, keys, records } = aKeyring();
    const { secret } = await keys.create(keyOrder);
    const bearer = aHead({ authorization: `Bearer ${secret}` });
    await expect(refusalOf(authenticator.authenticate(timbu, bearer))).resolves.toEqual(invalid);
    const client = await keys.create({ ...keyOrder, kind: 'client' });
    const asKey = aHead({ 'x-api-key': client.secret });
    await expect(refusalOf(authenticator.authenticate(v1, asKey))).resolves.toEqual(invalid);
    const later = aGateway([aTenant('other', [])], { records });
    await expect(
      refusalOf(later.authenticator.authenticate(v1, aHead({ 'x-api-key': secret }))),
    ).resolves.toEqual(invalid);
  });

  it('stored credentials lie in the store as digests; the secret is in no record and no listing', async () => {
    const { keys, records } = aKeyring();
    const { id, secret } = await keys.create(keyOrder);
    const stored = await records.read(`credentials/${sha256Hex(secret)}`);
    expect(stored?.value).toMatchObject({ kind: 'key', tenant: 'demo' });
    const listed = await all(keys.list());
    expect(listed.map((entry) => entry.id)).toEqual([id]);
    expect(JSON.stringify([stored, listed])).not.toContain(secret.slice(3));
  });

  it.each(['', 'zz', '../../x', '0123456789abcdef'])(
    'stored credentials cannot be revoked by the id %j',
    async (id) => {
      const { keys } = aKeyring();
      await keys.create(keyOrder);
      await expect(keys.revoke(id)).resolves.toBe('unknown');
      await expect(all(keys.list())).resolves.toHaveLength(1);
    },
  );

  it('stored credentials cost one look into the store for any number of keys that cannot be among them, as long as none was imported', async () => {
    const { records } = aKeyring();
    const reads: string[] = [];
    const watched = {
      ...records,
      read(key: string) {
        reads.push(key);
        return records.read(key);
      },
    };
    const { authenticator } = aGateway([aTenant('demo', [])], { records: watched });
    await refusalOf(authenticator.authenticate(v1, aHead({ 'x-api-key': 'guess' })));
    await refusalOf(authenticator.authenticate(v1, aHead({ 'x-api-key': 'another guess' })));
    expect(reads.splice(0)).toEqual(['imported-credentials']);
    const shaped = aHead({ 'x-api-key': `pf_${'A'.repeat(43)}` });
    await refusalOf(authenticator.authenticate(v1, shaped));
    await refusalOf(authenticator.authenticate(v1, shaped));
    expect(reads).toHaveLength(1);
  });
});
