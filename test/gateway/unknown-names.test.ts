import { describe, expect, it } from '@jest/globals';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';
import { unknownNames } from '../../src/gateway/unknown-names.ts';
import { refuseFaults } from '../../src/settings/settings-fault.ts';
import { load, refusalOf } from '../settings/write-settings.ts';

const KEY = 'a'.repeat(64);

/** What a start makes of settings, once their dialects are loaded. */
async function started(text: string): Promise<void> {
  const settings = await load(text);
  const dialects = await loadDialects(settings);
  refuseFaults(unknownNames(settings, dialects), settings.places);
}

const withScopes = (dialect: string, scopes: string) => `dialects: { ${dialect}: {} }
tenants:
  - id: shop
    credentials:
      - { id: a, dialect: ${dialect}, kind: key, scopes: [${scopes}], secret: { sha256: ${KEY} } }
`;
const withBrownOut = (operations: string) => `dialects: { magicline-v1: {} }
tenants: [{ id: shop }]
brownOuts:
  - dialect: magicline-v1
    operations: [${operations}]
    from: 2026-12-01T10:00:00Z
    until: 2026-12-01T10:10:00Z
`;

describe('a name that no loaded dialect has is refused with its place:', () => {
  it.each([
    [
      'an operation of a brown-out that is misspelt',
      withBrownOut('getCustomer, updateImages'),
      'polyface.yaml:5:31: brownOuts.0: magicline-v1 has no operation "updateImages"; did you mean "updateImage"?',
    ],
    [
      'an operation of a brown-out that another dialect has',
      withBrownOut('uploadUserImage'),
      'polyface.yaml:5:18: brownOuts.0: magicline-v1 has no operation "uploadUserImage"; known: updateImage, getCustomer, checkKey',
    ],
    [
      'a scope that is misspelt',
      withScopes('magicline-v1', 'CUSTOMER_WRIT'),
      'polyface.yaml:5:61: tenants.0.credentials.0: magicline-v1 asks for no scope "CUSTOMER_WRIT"; did you mean "CUSTOMER_WRITE"?',
    ],
    [
      'a scope of a dialect that knows none',
      withScopes('timbu', 'images:read'),
      'polyface.yaml:5:54: tenants.0.credentials.0: timbu asks for no scope "images:read"; it knows none',
    ],
  ])('%s', async (_what, text, line) => {
    expect(await refusalOf(started(text))).toEqual([line]);
  });

  it('every one of a file at once', async () => {
    expect(await refusalOf(started(withScopes('smartsheet', 'READ, WRITE_SHEETS, ADMIN')))).toHaveLength(2);
  });
});

it('scopes that only others are asked for, and brown-outs of whole dialects, are accepted', async () => {
  await started(withScopes('smartsheet', 'WRITE_SHEETS, READ_USERS, ADMIN_USERS'));
  await started(withBrownOut(''));
});

it('what is meant for dialects that are not loaded is left alone', async () => {
  const settings = await load(withScopes('smartsheet', 'READ_USERS'));
  expect(unknownNames(settings, await loadDialects({ dialects: {}, tenants: settings.tenants }))).toEqual([]);
});
