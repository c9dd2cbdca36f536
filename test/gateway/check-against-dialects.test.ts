import { describe, expect, it } from '@jest/globals';
import { checkAgainstDialects } from '../../src/gateway/check-against-dialects.ts';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';
import { describeFault, refuseFaults } from '../../src/settings/settings-fault.ts';
import { load, refusalOf } from '../settings/write-settings.ts';

const KEY = 'a'.repeat(64);

/** What a start makes of settings, once their dialects are loaded. */
async function checkStart(text: string): Promise<void> {
  const settings = await load(text);
  const dialects = await loadDialects(settings);
  refuseFaults(checkAgainstDialects(settings, dialects).faults, settings.places);
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
    [
      'a kind of credential that the dialect does not carry',
      withScopes('capillary-v2', ''),
      'polyface.yaml:5:47: tenants.0.credentials.0: capillary-v2 carries no credential of kind "key"; known: client, basic',
    ],
  ])('a name that no loaded dialect has is refused with its place: %s', async (_what, text, line) => {
    expect(await refusalOf(checkStart(text))).toEqual([line]);
  });

  it('every unknown name of a file is refused at once', async () => {
    expect(await refusalOf(checkStart(withScopes('smartsheet', 'READ, WRITE_SHEETS, ADMIN')))).toHaveLength(
      2,
    );
  });
});

it('scopes that only others are asked for, and brown-outs of whole dialects, are accepted', async () => {
  await checkStart(withScopes('smartsheet', 'WRITE_SHEETS, READ_USERS, ADMIN_USERS'));
  await checkStart(withBrownOut(''));
});

it('settings of dialects that are not loaded are not checked', async () => {
  const settings = await load(withScopes('smartsheet', 'READ_USERS'));
  const loaded = await loadDialects({ dialects: {}, tenants: settings.tenants });
  expect(checkAgainstDialects(settings, loaded)).toEqual({ faults: [], warnings: [] });
});

describe('a credential that probably does not do what was meant is warned of with its place:', () => {
  const shop = (credential: string, strict = true) => `dialects: { smartsheet: {}, timbu: {} }
tenants:
  - id: shop
    strictSubjects: ${strict}
    credentials:
      - ${credential}
`;
  const warnings = async (text: string) => {
    const settings = await load(text);
    const { warnings: found } = checkAgainstDialects(settings, await loadDialects(settings));
    return found.map((warning) => describeFault(warning, settings.places).replace(/^.*\//, ''));
  };
  const ofNobody = `{ id: a, dialect: timbu, kind: key, subject: ada, secret: { sha256: ${KEY} } }`;
  const issuer = (scopes: string) =>
    `{ id: a, dialect: smartsheet, kind: jwt-issuer, issuer: i, audience: a, jwksUri: 'http://i/jwks'${scopes} }`;

  it('a credential for a subject that no person has is warned of', async () => {
    expect(await warnings(shop(ofNobody))).toEqual([
      'polyface.yaml:6:54: tenants.0.credentials.0: no subject of tenant shop has the timbu id "ada"',
    ]);
  });

  it('people who are made of any id are warned of, but not a subject that no person has yet', async () => {
    expect(await warnings(shop(ofNobody, false))).toEqual([
      'polyface.yaml:4:21: tenants.0: with strictSubjects: false every id that a caller of tenant shop uploads to becomes a person; once its people are known (polyface people import) it should be true',
    ]);
    const settings = await load(shop(ofNobody, false));
    const loaded = await loadDialects(settings);
    expect(checkAgainstDialects({ ...settings, demo: true }, loaded).warnings).toEqual([]);
  });

  it('tokens of an issuer that can have no scope are warned of', async () => {
    expect(await warnings(shop(issuer('')))).toEqual([
      'polyface.yaml:6:9: tenants.0.credentials.0: a token can have no scope that is not in "scopes", and smartsheet asks for WRITE_SHEETS, ADMIN_USERS, READ_USERS',
    ]);
    expect(await warnings(shop(issuer(', scopes: [WRITE_SHEETS]')))).toEqual([]);
  });
});
