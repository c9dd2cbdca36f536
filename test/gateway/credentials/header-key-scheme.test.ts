import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from '../../../src/gateway/credentials/secret-digest.ts';
import { aDialect, aGateway, aHead, aTenant, invalid, missing, refusalOf } from './support.ts';

const v1 = aDialect('magicline-v1', { kind: 'header-key', header: 'X-Api-Key' });
const tenant = aTenant('demo', [
  {
    kind: 'key',
    id: 'writer',
    dialect: 'magicline-v1',
    scopes: ['CUSTOMER_WRITE'],
    secret: { plain: 'demo-v1-key' },
  },
  {
    kind: 'key',
    id: 'reader',
    dialect: 'magicline-v1',
    scopes: [],
    subject: '1001',
    secret: { sha256: sha256Hex('demo-v1-readonly').toUpperCase() },
  },
]);

describe('a key in a header of its own', () => {
  it.each([
    ['demo-v1-key', { credentialId: 'writer', scopes: ['CUSTOMER_WRITE'] }],
    ['demo-v1-readonly', { credentialId: 'reader', scopes: [], subject: '1001' }],
  ])('the header-key scheme takes %s', async (key, principal) => {
    const { authenticator } = aGateway([tenant]);
    await expect(authenticator.authenticate(v1, aHead({ 'x-api-key': key }))).resolves.toEqual({
      tenant: 'demo',
      dialect: 'magicline-v1',
      ...principal,
    });
  });

  it.each([
    [{ 'x-api-key': 'demo-v1-keys' }, invalid],
    [{ 'x-api-key': 'demo-v1-key, demo-v1-key' }, invalid],
    [{ 'x-api-key': `pf_${'A'.repeat(43)}` }, invalid],
    [{ 'x-api-key': '' }, missing],
    [{ 'api-key': 'demo-v1-key' }, missing],
    [{ authorization: 'Bearer demo-v1-key' }, missing],
  ])('the header-key scheme refuses %j', async (headers, problem) => {
    const { authenticator } = aGateway([tenant]);
    await expect(refusalOf(authenticator.authenticate(v1, aHead({ ...headers })))).resolves.toEqual(problem);
  });
});
